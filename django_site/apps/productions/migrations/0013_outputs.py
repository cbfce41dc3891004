"""Screenplays that were asked for, and what a cut is encoded as."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0011_outputs'),
        ('jobs', '0008_write_screenplay'),
        ('productions', '0012_sounds_and_voices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.CreateModel(
            name='Writing',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('structure', models.CharField(max_length=40)),
                ('scenes', models.PositiveIntegerField(default=0)),
                ('writer', models.CharField(blank=True, max_length=200)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.AddField(
            model_name='cut',
            name='video',
            field=models.CharField(choices=[('h264', 'H.264: plays everywhere'), ('av1', 'AV1: smaller, plays in newer browsers and players')], default='h264', max_length=4),
        ),
        migrations.AddConstraint(
            model_name='cut',
            constraint=models.CheckConstraint(condition=models.Q(('video__in', ['h264', 'av1'])), name='cut_video_known'),
        ),
        migrations.AddField(
            model_name='writing',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='writing',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job'),
        ),
        migrations.AddField(
            model_name='writing',
            name='production',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='writings', to='productions.production'),
        ),
        migrations.AddField(
            model_name='writing',
            name='screenplay',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='writing', to='productions.screenplay'),
        ),
        migrations.AddIndex(
            model_name='writing',
            index=models.Index(fields=['production', '-created_at'], name='writing_newest'),
        ),
        migrations.AddConstraint(
            model_name='writing',
            constraint=models.CheckConstraint(condition=models.Q(('structure', ''), _negated=True), name='writing_has_structure'),
        ),
        migrations.AddConstraint(
            model_name='writing',
            constraint=models.CheckConstraint(condition=models.Q(('screenplay__isnull', True), ('reason', ''), _connector='OR'), name='writing_made_or_failed'),
        ),
            ]
        ),
    ]
