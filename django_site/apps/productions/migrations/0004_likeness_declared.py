"""What grants are compared with: media, languages, topics, who is cast; and reference pictures."""

import django.db.models.deletion
import django.utils.timezone
import django_site.apps.productions.models
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0006_voices'),
        ('productions', '0003_withdrawal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.AddField(
            model_name='production',
            name='content',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='production',
            name='languages',
            field=models.JSONField(default=django_site.apps.productions.models.default_languages),
        ),
        migrations.AddField(
            model_name='production',
            name='media',
            field=models.JSONField(default=django_site.apps.productions.models.default_media),
        ),
        migrations.AddField(
            model_name='production',
            name='real_time',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='production',
            name='sublicensee',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='shot',
            name='alterations',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='shot',
            name='cast',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='shot',
            name='content',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name='Reference',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=200)),
                ('people', models.JSONField(default=list)),
                ('unknown_faces', models.PositiveIntegerField(default=0)),
                ('gallery_sha256', django_site.records.Sha256Field(max_length=64)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='references', to='audits.asset')),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='references', to='productions.production')),
                ('shot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='references', to='productions.shot')),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [models.UniqueConstraint(fields=('shot', 'asset'), name='reference_once_a_shot'), models.CheckConstraint(condition=models.Q(('gallery_sha256__regex', '^[0-9a-f]{64}$')), name='reference_gallery_sha256')],
            },
        ),
    ])]
