"""A reviewer may let a model go out whose memory is suspect, with a reason."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_webhooks'),
        ('audits', '0011_outputs'),
        ('productions', '0014_looks'),
        ('training', '0002_refusals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.AddField(
            model_name='trainingrun',
            name='accepted_because',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='trainingrun',
            name='accepted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='trainingrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_because', ''), ('accepted_by__isnull', True)), models.Q(('accepted_by__isnull', False), models.Q(('accepted_because', ''), _negated=True)), _connector='OR'), name='training_run_accepted_by_somebody'),
        ),
            ]
        ),
    ]
