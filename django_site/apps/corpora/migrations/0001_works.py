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
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='RightsHolder',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rights_holders', to='accounts.organisation')),
                        ('name', models.CharField(max_length=300)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='rights_holder_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Work',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='works', to='accounts.organisation')),
                        ('rights_holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works', to='corpora.rightsholder')),
                        ('title', models.CharField(max_length=300)),
                        ('kind', models.CharField(choices=[('film', 'Film'), ('clip', 'Video clip'), ('photograph', 'Photograph')], max_length=12)),
                        ('identifiers', models.JSONField(blank=True, default=dict)),
                        ('source', models.CharField(blank=True, max_length=500)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_because', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['title', 'id'],
                        'indexes': [models.Index(fields=['organisation', 'title'], name='work_by_title')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['film', 'clip', 'photograph'])), name='work_kind_known'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_because', ''), _negated=True), _connector='OR'), name='work_withdrawn_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Licence',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licences', to='corpora.work')),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('spdx_id', models.CharField(blank=True, max_length=100)),
                        ('terms', models.TextField(blank=True)),
                        ('territories', models.JSONField(default=list)),
                        ('starts', models.DateTimeField()),
                        ('ends', models.DateTimeField(blank=True, null=True)),
                        ('reservations', models.JSONField(blank=True, default=list)),
                        ('withdrawn_because', models.TextField(blank=True)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('work', 'version'), name='licence_version_once'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gt', models.F('starts')), _connector='OR'), name='licence_term'), models.CheckConstraint(condition=models.Q(models.Q(('spdx_id', ''), _negated=True), models.Q(('terms', ''), _negated=True), _connector='OR'), name='licence_says_something'), models.CheckConstraint(condition=models.Q(('territories', []), _negated=True), name='licence_has_territory'), models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), ('ends__isnull', False), _connector='OR'), name='licence_settled_has_ended')],
                    },
                ),
                migrations.CreateModel(
                    name='LicensedAct',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('licence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='corpora.licence')),
                        ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licensed_acts', to='corpora.work')),
                        ('act', models.CharField(choices=[('match', 'Be searched for copies'), ('reference', 'Serve as a reference'), ('train', 'Train models'), ('reproduce', 'Appear in a film'), ('adapt', 'Be imitated recognisably')], max_length=12)),
                        ('current', models.BooleanField(default=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['match', 'reference', 'train', 'reproduce', 'adapt'])), name='licensed_act_known'), models.UniqueConstraint(fields=('licence', 'act'), name='licensed_act_once'), models.UniqueConstraint(condition=models.Q(('current', True)), fields=('work', 'act'), name='one_current_licence_per_act')],
                    },
                ),
                migrations.CreateModel(
                    name='WorkAsset',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assets', to='corpora.work')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_assets', to='audits.asset')),
                        ('pending', models.BooleanField(default=False)),
                        ('replaced_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('work', 'asset'), name='work_asset_once'), models.UniqueConstraint(condition=models.Q(('pending', True)), fields=('work',), name='work_asset_one_pending'), models.CheckConstraint(condition=models.Q(('pending', False), ('replaced_at__isnull', True), _connector='OR'), name='work_asset_pending')],
                    },
                ),
                migrations.CreateModel(
                    name='WorkScript',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scripts', to='corpora.work')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_scripts', to='audits.asset')),
                        ('name', models.CharField(max_length=255)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('work', 'asset'), name='work_script_once')],
                    },
                ),
                migrations.CreateModel(
                    name='IndexSnapshot',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('embedder', models.CharField(max_length=100)),
                        ('digest', django_site.records.Sha256Field(max_length=64)),
                        ('words', django_site.records.Sha256Field(blank=True, max_length=64)),
                        ('works', models.PositiveIntegerField()),
                        ('vectors', models.PositiveIntegerField()),
                    ],
                    options={
                        'get_latest_by': 'created_at',
                        'constraints': [models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='index_snapshot_digest'), models.CheckConstraint(condition=models.Q(('words__regex', '^[0-9a-f]{64}$'), ('words', ''), _connector='OR'), name='index_snapshot_words')],
                    },
                ),
                migrations.CreateModel(
                    name='CorpusImport',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corpus_imports', to='accounts.organisation')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=255)),
                        ('archive', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('folder', models.CharField(blank=True, max_length=255)),
                        ('table', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('table_name', models.CharField(blank=True, max_length=255)),
                        ('rights_holder', models.CharField(blank=True, max_length=300)),
                        ('state', models.CharField(choices=[('looking', 'Being looked through'), ('ready', 'Waits for your word'), ('importing', 'Being imported'), ('done', 'Done'), ('stopped', 'Stopped'), ('discarded', 'Discarded')], default='looking', max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('round', models.PositiveIntegerField(default=0)),
                        ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('confirmed_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['organisation', '-created_at'], name='corpus_import_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['looking', 'ready', 'importing', 'done', 'stopped', 'discarded'])), name='corpus_import_state_known'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('folder', ''), _negated=True), ('archive__isnull', True)), models.Q(('archive__isnull', False), ('folder', '')), models.Q(('folder', ''), ('state__in', ['done', 'discarded'])), _connector='OR'), name='corpus_import_has_one_source'), models.CheckConstraint(condition=models.Q(('table__isnull', False), models.Q(('rights_holder', ''), _negated=True), _connector='OR'), name='corpus_import_says_whose'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='corpus_import_stop_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['importing', 'done']), _negated=True), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='corpus_import_was_confirmed')],
                    },
                ),
                migrations.CreateModel(
                    name='CorpusFile',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('corpus', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='corpora.corpusimport')),
                        ('preview', models.BooleanField()),
                        ('position', models.PositiveIntegerField()),
                        ('file', models.TextField()),
                        ('outcome', models.CharField(choices=[('addable', 'Can be added'), ('registered', 'Added'), ('already', 'Skipped'), ('unlisted', 'Not in the table'), ('missing', 'Missing'), ('refused', 'Refused')], max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('work_key', models.TextField(blank=True)),
                        ('title', models.CharField(blank=True, max_length=300)),
                        ('licence', models.TextField(blank=True)),
                        ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='corpora.work')),
                    ],
                    options={
                        'ordering': ['corpus', 'preview', 'position'],
                        'indexes': [models.Index(fields=['corpus', 'preview', 'outcome', 'position'], name='corpus_file_by_outcome')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['addable', 'registered', 'already', 'unlisted', 'missing', 'refused'])), name='corpus_file_outcome_known'), models.UniqueConstraint(fields=('corpus', 'preview', 'position'), name='corpus_file_position_once'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['refused', 'unlisted', 'missing']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='corpus_file_left_out_has_reason')],
                    },
                ),
            ],
        ),
    ]
