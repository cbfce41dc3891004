"""What a job was thought to take, and the energy that it took."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_webhooks'),
        ('jobs', '0010_make_insight'),
        ('productions', '0014_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='energy',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='expected_seconds',
            field=models.FloatField(null=True),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['kind', '-finished_at'], name='job_done_newest'),
        ),
    ]
