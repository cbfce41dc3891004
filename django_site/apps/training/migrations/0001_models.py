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
        ('audits', '0002_audits_and_decisions'),
        ('corpora', '0001_works'),
        ('likeness', '0001_grants'),
        ('likeness', '0002_uses'),
        ('productions', '0001_films'),
        ('provenance', '0001_outputs'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='TrainingRun',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_runs', to='accounts.organisation')),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='training_runs', to='productions.production')),
                        ('shared', models.BooleanField(default=False)),
                        ('name', models.CharField(max_length=40)),
                        ('kind', models.CharField(choices=[('look', 'A look over previsualisation'), ('plates', 'Background plates'), ('lora', 'An adapter of a video model')], max_length=8)),
                        ('base', models.CharField(blank=True, max_length=100)),
                        ('settings', models.JSONField(blank=True, default=dict)),
                        ('seed', models.PositiveBigIntegerField()),
                        ('steps', models.PositiveIntegerField()),
                        ('renders', models.JSONField(null=True)),
                        ('state', models.CharField(choices=[('planned', 'Waits for your word'), ('queued', 'Waits for a worker'), ('running', 'Training'), ('paused', 'Paused'), ('done', 'Done'), ('failed', 'Stopped'), ('cancelled', 'Cancelled'), ('discarded', 'Discarded')], default='planned', max_length=10)),
                        ('round', models.PositiveIntegerField(default=0)),
                        ('decision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='training_runs', to='audits.decision')),
                        ('set_sha256', django_site.records.Sha256Field(blank=True, max_length=64)),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('confirmed_at', models.DateTimeField(null=True)),
                        ('finished_at', models.DateTimeField(null=True)),
                        ('reason', models.TextField(blank=True)),
                        ('accepted_because', models.CharField(blank=True, max_length=300)),
                        ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['organisation', '-created_at'], name='training_run_newest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_because', ''), ('accepted_by__isnull', True)), models.Q(('accepted_by__isnull', False), models.Q(('accepted_because', ''), _negated=True)), _connector='OR'), name='training_run_accepted_by_somebody'), models.CheckConstraint(condition=models.Q(('kind__in', ['look', 'plates', 'lora'])), name='training_run_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'discarded'])), name='training_run_state_known'), models.CheckConstraint(condition=models.Q(('set_sha256__regex', '^[0-9a-f]{64}$'), ('set_sha256', ''), _connector='OR'), name='training_run_set_sha256'), models.CheckConstraint(condition=models.Q(('name__regex', '^[a-z0-9][a-z0-9-]{0,39}$')), name='training_run_has_name'), models.CheckConstraint(condition=models.Q(('steps__gte', 1)), name='training_run_has_steps'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'lora'), _negated=True), models.Q(('base', ''), _negated=True), _connector='OR'), name='training_run_adapter_has_base'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'discarded']), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('decision__isnull', False), models.Q(('set_sha256', ''), _negated=True)), _connector='OR'), name='training_run_was_decided'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'cancelled', 'paused']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='training_run_stop_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', False), _connector='OR'), name='training_run_done_has_time')],
                    },
                ),
                migrations.CreateModel(
                    name='TrainingWork',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='works', to='training.trainingrun')),
                        ('work', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='corpora.work')),
                        ('licence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='corpora.licence')),
                        ('title', models.CharField(max_length=300)),
                        ('rights_holder', models.CharField(max_length=300)),
                        ('files', models.JSONField()),
                    ],
                    options={
                        'ordering': ['title', 'id'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'work'), name='training_work_once'), models.CheckConstraint(condition=models.Q(('files', []), _negated=True), name='training_work_has_files')],
                    },
                ),
                migrations.CreateModel(
                    name='TrainingPerson',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='people', to='training.trainingrun')),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='likeness.subject')),
                        ('modality', models.CharField(max_length=12)),
                        ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='likeness.consentgrant')),
                        ('use', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='training', to='likeness.useevent')),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('run', 'subject', 'modality'), name='training_person_once'), models.CheckConstraint(condition=models.Q(('use__isnull', True), ('grant__isnull', False), _connector='OR'), name='training_person_use_has_grant')],
                    },
                ),
                migrations.CreateModel(
                    name='TrainedModel',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('run', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='model', to='training.trainingrun')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trained_models', to='accounts.organisation')),
                        ('name', models.CharField(max_length=40)),
                        ('version', models.PositiveIntegerField()),
                        ('weights_sha256', django_site.records.Sha256Field(db_index=True, max_length=64)),
                        ('lineage_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('card_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('memorisation', models.JSONField()),
                        ('quality', models.JSONField()),
                        ('energy', models.JSONField(default=dict)),
                        ('public_key', models.TextField()),
                        ('state', models.CharField(choices=[('usable', 'May be used'), ('flagged', 'May not be used')], default='usable', max_length=8)),
                        ('flagged_at', models.DateTimeField(null=True)),
                        ('flagged_because', models.TextField(blank=True)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='provenance.ledgerentry')),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['organisation', '-created_at'], name='trained_model_newest')],
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'name', 'version'), name='trained_model_version_once'), models.CheckConstraint(condition=models.Q(('state__in', ['usable', 'flagged'])), name='trained_model_state_known'), models.CheckConstraint(condition=models.Q(('weights_sha256__regex', '^[0-9a-f]{64}$')), name='trained_model_weights_sha256'), models.CheckConstraint(condition=models.Q(('lineage_sha256__regex', '^[0-9a-f]{64}$')), name='trained_model_lineage_sha256'), models.CheckConstraint(condition=models.Q(('card_sha256__regex', '^[0-9a-f]{64}$')), name='trained_model_card_sha256'), models.CheckConstraint(condition=models.Q(('public_key', ''), _negated=True), name='trained_model_is_signed'), models.CheckConstraint(condition=models.Q(models.Q(('flagged_at__isnull', True), ('flagged_because', ''), ('state', 'usable')), models.Q(('flagged_at__isnull', False), ('state', 'flagged'), models.Q(('flagged_because', ''), _negated=True)), _connector='OR'), name='trained_model_flagged_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='ModelFlag',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='training.trainedmodel')),
                        ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='corpora.work')),
                        ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='likeness.subject')),
                        ('reason', models.TextField()),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='provenance.ledgerentry')),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('subject__isnull', True), ('work__isnull', False)), models.Q(('subject__isnull', False), ('work__isnull', True)), _connector='OR'), name='model_flag_has_one_cause'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='model_flag_has_reason'), models.UniqueConstraint(fields=('model', 'work'), name='model_flag_once_a_work'), models.UniqueConstraint(fields=('model', 'subject'), name='model_flag_once_a_person')],
                    },
                ),
            ],
        ),
    ]
