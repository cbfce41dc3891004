"""The number hidden in a film, what the index of releases holds, and how often somebody asked."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('productions', '0008_awaiting_time'),
        ('provenance', '0005_outputs_and_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecoveryEntry',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.TextField(blank=True)),
                ('manifest', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recovery', to='provenance.manifest')),
            ],
            options={
                'abstract': False,
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
            name='Watermark',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('alg', models.CharField(max_length=40)),
                ('payload', models.CharField(max_length=32)),
                ('read_at', models.DateTimeField(null=True)),
                ('cut', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watermark', to='productions.cut')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('alg', 'payload'), name='watermark_once'), models.CheckConstraint(condition=models.Q(models.Q(('alg', ''), _negated=True), models.Q(('payload', ''), _negated=True)), name='watermark_says_something')],
            },
        ),
    ]
