"""The look of a production, the model of its own that made a take, and what the rendering recorded."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_webhooks'),
        ('productions', '0013_outputs'),
        ('training', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.AddField(
            model_name='generationrecord',
            name='trained_model',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='generations', to='training.trainedmodel'),
        ),
        migrations.AddField(
            model_name='production',
            name='look',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='production',
            name='look_model',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='productions', to='training.trainedmodel'),
        ),
        migrations.AddField(
            model_name='take',
            name='record',
            field=models.JSONField(null=True),
        ),
        migrations.AddConstraint(
            model_name='production',
            constraint=models.CheckConstraint(condition=models.Q(('look', ''), ('look_model__isnull', True), _connector='OR'), name='production_one_look'),
        ),
            ]
        ),
    ]
