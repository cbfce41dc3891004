import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('reviews', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningIntent',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('cut', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='productions.cut')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='reviews.case')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signing_intents', to='audits.decision')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('open', 'Open'), ('signed', 'Signed'), ('abandoned', 'Abandoned')], default='open', max_length=10)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'signed', 'abandoned'])), name='intent_state_known'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('cut',), name='one_open_intent_a_cut'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'abandoned'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='intent_abandoned_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Manifest',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('intent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='manifest', to='provenance.signingintent')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manifests', to='audits.asset')),
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
    ]
