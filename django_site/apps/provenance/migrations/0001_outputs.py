import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
import django_site.tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_people'),
        ('audits', '0001_policies_and_files'),
        ('audits', '0002_audits_and_decisions'),
        ('jobs', '0001_work'),
        ('productions', '0001_films'),
        ('reviews', '0001_room'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Watermark',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('cut', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watermark', to='productions.cut')),
                        ('alg', models.CharField(max_length=40)),
                        ('payload', models.CharField(max_length=32)),
                        ('read_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('alg', 'payload'), name='watermark_once'), models.CheckConstraint(condition=models.Q(models.Q(('alg', ''), _negated=True), models.Q(('payload', ''), _negated=True)), name='watermark_says_something')],
                    },
                ),
                migrations.CreateModel(
                    name='ResolutionWindow',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('client_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('began_at', models.DateTimeField()),
                        ('count', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['began_at'], name='resolution_window_age')],
                        'constraints': [models.UniqueConstraint(fields=('client_sha256', 'began_at'), name='resolution_window_once'), models.CheckConstraint(condition=models.Q(('client_sha256__regex', '^[0-9a-f]{64}$')), name='resolution_client_sha256')],
                    },
                ),
                migrations.CreateModel(
                    name='SigningIntent',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('kind', models.CharField(choices=[('cut', 'Film'), ('take', 'Take'), ('output', 'Made from a film')], default='cut', max_length=10)),
                        ('cut', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='productions.cut')),
                        ('take', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='productions.take')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='reviews.case')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='audits.decision')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('waiting', 'Waiting for a time stamp'), ('signed', 'Signed'), ('abandoned', 'Abandoned')], default='open', max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('waited', models.PositiveIntegerField(default=0)),
                        ('retry_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'waiting', 'signed', 'abandoned'])), name='intent_state_known'), models.UniqueConstraint(condition=models.Q(('kind', 'cut'), ('state__in', ('open', 'waiting'))), fields=('cut',), name='one_open_intent_a_cut'), models.UniqueConstraint(condition=models.Q(('kind', 'take'), ('state__in', ('open', 'waiting'))), fields=('take',), name='one_open_intent_a_take'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['abandoned', 'waiting']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='intent_abandoned_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('retry_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('retry_at__isnull', True)), _connector='OR'), name='intent_waits_until')],
                    },
                ),
                migrations.CreateModel(
                    name='SigningCertificate',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('key_id', django_site.records.Sha256Field(max_length=64, unique=True)),
                        ('name', models.CharField(max_length=200)),
                        ('organisation_name', models.CharField(max_length=200)),
                        ('algorithm', models.CharField(max_length=10)),
                        ('chain_pem', models.TextField()),
                        ('not_before', models.DateTimeField()),
                        ('not_after', models.DateTimeField()),
                        ('development', models.BooleanField()),
                        ('retired_at', models.DateTimeField(null=True)),
                        ('warned_days', models.PositiveIntegerField(null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('key_id__regex', '^[0-9a-f]{64}$')), name='certificate_key_id'), models.CheckConstraint(condition=models.Q(('not_after__gt', models.F('not_before'))), name='certificate_lasts')],
                    },
                ),
                migrations.CreateModel(
                    name='KeyUse',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='provenance.signingcertificate')),
                        ('purpose', models.CharField(choices=[('claim', 'Signed a record'), ('organisation', 'Said which organisation stands behind it'), ('binder', 'Signed the index of a binder')], max_length=12)),
                        ('intent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='key_uses', to='provenance.signingintent')),
                        ('digest_sha256', django_site.records.Sha256Field(max_length=64)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['-created_at', '-id'], name='key_use_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['claim', 'organisation', 'binder'])), name='key_use_purpose_known'), models.CheckConstraint(condition=models.Q(('digest_sha256__regex', '^[0-9a-f]{64}$')), name='key_use_digest')],
                    },
                ),
                migrations.CreateModel(
                    name='Manifest',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('intent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='manifest', to='provenance.signingintent')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manifests', to='audits.asset')),
                        ('sidecar', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('label', models.CharField(max_length=200)),
                        ('state', models.CharField(choices=[('Trusted', 'Trusted'), ('Valid', 'Valid, signer unknown'), ('Changed', 'Changed after signing'), ('NoCredentials', 'No credentials'), ('Unreadable', 'Unreadable')], max_length=14)),
                        ('verification', models.JSONField()),
                        ('reread_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['Trusted', 'Valid', 'Changed', 'NoCredentials', 'Unreadable'])), name='manifest_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('verification', {}), _negated=True), models.Q(('label', ''), _negated=True)), name='manifest_was_reread')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryEntry',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('manifest', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recovery', to='provenance.manifest')),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='SoftBinding',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('manifest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='soft_bindings', to='provenance.manifest')),
                        ('alg', models.CharField(max_length=40)),
                        ('value', models.CharField(max_length=200)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['alg', 'value'], name='soft_binding_lookup')],
                        'constraints': [models.UniqueConstraint(fields=('manifest', 'alg'), name='soft_binding_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Release',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('cut', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='productions.cut')),
                        ('manifest', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='provenance.manifest')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='audits.decision')),
                        ('released_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'abstract': False,
                    },
                ),
                migrations.CreateModel(
                    name='Recall',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='recall', to='provenance.release')),
                        ('reason', models.TextField()),
                        ('recalled_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='recall_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Output',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outputs', to='provenance.release')),
                        ('kind', models.CharField(choices=[('trailer', 'Trailer'), ('still', 'Still'), ('storyboard', 'Contact sheet'), ('captions', 'Captions'), ('descriptions', 'Description track'), ('stream', 'Package for streaming')], max_length=14)),
                        ('parameters', models.JSONField(blank=True, default=dict)),
                        ('parameters_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                        ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('manifest', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='output', to='provenance.manifest')),
                        ('contents', models.JSONField(blank=True, default=dict)),
                        ('companions', models.JSONField(blank=True, default=dict)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['trailer', 'still', 'storyboard', 'captions', 'descriptions', 'stream'])), name='output_kind_known'), models.CheckConstraint(condition=models.Q(('parameters_sha256__regex', '^[0-9a-f]{64}$')), name='output_parameters_sha256'), models.UniqueConstraint(fields=('release', 'kind', 'parameters_sha256'), name='output_once'), models.CheckConstraint(condition=models.Q(('manifest__isnull', True), ('asset__isnull', False), _connector='OR'), name='output_was_made')],
                    },
                ),
                migrations.CreateModel(
                    name='LedgerEntry',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('seq', models.PositiveBigIntegerField(unique=True)),
                        ('kind', models.CharField(max_length=40)),
                        ('event', models.JSONField()),
                        ('leaf_sha256', django_site.records.Sha256Field(max_length=64)),
                    ],
                    options={
                        'ordering': ['seq'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('leaf_sha256__regex', '^[0-9a-f]{64}$')), name='ledger_leaf_sha256'), models.CheckConstraint(condition=models.Q(('event', {}), _negated=True), name='ledger_event_says_something')],
                    },
                ),
                migrations.CreateModel(
                    name='TreeHead',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('size', models.PositiveBigIntegerField(unique=True)),
                        ('root_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('signature', models.CharField(max_length=200)),
                    ],
                    options={
                        'ordering': ['size'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('root_sha256__regex', '^[0-9a-f]{64}$')), name='tree_head_root_sha256'), models.CheckConstraint(condition=models.Q(('size__gte', 1), models.Q(('signature', ''), _negated=True)), name='tree_head_is_signed')],
                    },
                ),
                migrations.CreateModel(
                    name='Binder',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('cut', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='binders', to='productions.cut')),
                        ('addressee', models.CharField(max_length=20)),
                        ('moment', models.DateTimeField()),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                        ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='binders', to='audits.asset')),
                        ('index_sha256', django_site.records.Sha256Field(blank=True, max_length=64)),
                        ('credentials', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('gaps', models.PositiveIntegerField(null=True)),
                        ('required_gaps', models.PositiveIntegerField(null=True)),
                        ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='provenance.ledgerentry')),
                        ('made_at', models.DateTimeField(null=True)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['cut', '-created_at'], name='binder_by_cut')],
                        'constraints': [models.UniqueConstraint(fields=('cut', 'addressee', 'moment'), name='binder_once_a_moment'), models.CheckConstraint(condition=models.Q(('index_sha256__regex', '^[0-9a-f]{64}$'), ('index_sha256', ''), _connector='OR'), name='binder_index_sha256'), models.CheckConstraint(condition=models.Q(('addressee', ''), _negated=True), name='binder_has_addressee'), models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', True), ('entry__isnull', True), ('index_sha256', ''), ('made_at__isnull', True)), models.Q(('asset__isnull', False), ('entry__isnull', False), ('made_at__isnull', False), ('reason', ''), models.Q(('index_sha256', ''), _negated=True)), _connector='OR'), name='binder_made_whole')],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='signingintent',
            name='output',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='provenance.output'),
        ),
        migrations.AddConstraint(
            model_name='signingintent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['cut', 'take', 'output'])), name='intent_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='signingintent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'cut'), ('output__isnull', True), ('take__isnull', True)), models.Q(('kind', 'take'), ('output__isnull', True), ('take__isnull', False)), models.Q(('kind', 'output'), ('output__isnull', False), ('take__isnull', True)), _connector='OR'), name='intent_names_its_subject'),
        ),
        migrations.AddConstraint(
            model_name='signingintent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'output'), ('state__in', ('open', 'waiting'))), fields=('output',), name='one_open_intent_an_output'),
        ),
    ]
