"""What producers declare of a production."""

from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('productions', '0004_likeness_declared'),
    ]

    operations = [TriggersAside([
        migrations.AddField(
            model_name='production',
            name='declarations',
            field=models.JSONField(blank=True, default=dict),
        ),
    ])]
