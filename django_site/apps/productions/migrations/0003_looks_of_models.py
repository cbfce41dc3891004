import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('productions', '0002_writing'),
        ('training', '0001_models'),
    ]

    operations = [
        migrations.AddField(
            model_name='production',
            name='look_model',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='productions', to='training.trainedmodel'),
        ),
        migrations.AddConstraint(
            model_name='production',
            constraint=models.CheckConstraint(condition=models.Q(('look', ''), ('look_model__isnull', True), _connector='OR'), name='production_one_look'),
        ),
        migrations.AddField(
            model_name='generationrecord',
            name='trained_model',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='generations', to='training.trainedmodel'),
        ),
    ]
