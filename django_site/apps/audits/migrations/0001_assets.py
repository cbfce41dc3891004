import django.utils.timezone
import django_site.ids
import django_site.records
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
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
        migrations.CreateModel(
            name='PolicyRevision',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('bundle_sha256', django_site.records.Sha256Field(max_length=64)),
                ('policies', models.PositiveIntegerField()),
            ],
            options={
                'get_latest_by': 'created_at',
                'constraints': [models.CheckConstraint(condition=models.Q(('bundle_sha256__regex', '^[0-9a-f]{64}$')), name='policy_revision_sha256')],
            },
        ),
    ]
