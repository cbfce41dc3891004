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
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='PolicyText',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('sha256', django_site.records.Sha256Field(max_length=64, unique=True)),
                        ('text', models.TextField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='policy_text_sha256'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='policy_text_says_something')],
                    },
                ),
                migrations.CreateModel(
                    name='PolicyRevision',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('bundle_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('policies', models.PositiveIntegerField()),
                        ('files', models.JSONField(default=dict)),
                        ('facts_schema_sha256', django_site.records.Sha256Field(blank=True, max_length=64)),
                    ],
                    options={
                        'get_latest_by': 'created_at',
                        'indexes': [models.Index(fields=['bundle_sha256'], name='policy_revision_by_bundle')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('bundle_sha256__regex', '^[0-9a-f]{64}$')), name='policy_revision_sha256'), models.CheckConstraint(condition=models.Q(('facts_schema_sha256__regex', '^[0-9a-f]{64}$'), ('facts_schema_sha256', ''), _connector='OR'), name='policy_revision_schema_sha256')],
                    },
                ),
                migrations.CreateModel(
                    name='PolicyDraft',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policy_drafts', to='accounts.organisation')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.CharField(max_length=100)),
                        ('text', models.TextField(blank=True)),
                        ('base_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('draft_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('since', models.DateTimeField()),
                        ('state', models.CharField(choices=[('waiting', 'Being compared'), ('done', 'Compared'), ('stopped', 'Stopped')], default='waiting', max_length=8)),
                        ('decided', models.PositiveIntegerField(default=0)),
                        ('unreadable', models.PositiveIntegerField(default=0)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'stopped'])), name='policy_draft_state_known'), models.CheckConstraint(condition=models.Q(('base_sha256__regex', '^[0-9a-f]{64}$')), name='policy_draft_base_sha256'), models.CheckConstraint(condition=models.Q(('draft_sha256__regex', '^[0-9a-f]{64}$')), name='policy_draft_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='policy_draft_stop_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Asset',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('sha256', django_site.records.Sha256Field(max_length=64, unique=True)),
                        ('bytes', models.PositiveBigIntegerField()),
                        ('media_type', models.CharField(max_length=100)),
                        ('zone', models.CharField(choices=[('quarantine', 'Quarantine'), ('released', 'Released')], default='quarantine', max_length=12)),
                        ('probe', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='asset_sha256'), models.CheckConstraint(condition=models.Q(('zone__in', ['quarantine', 'released'])), name='asset_zone_known'), models.CheckConstraint(condition=models.Q(('bytes__gt', 0)), name='asset_not_empty'), models.CheckConstraint(condition=models.Q(('media_type__contains', '/')), name='asset_media_type')],
                    },
                ),
            ],
        ),
    ]
