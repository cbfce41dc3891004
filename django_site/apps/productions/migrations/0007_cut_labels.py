"""Which labels are burnt into a cut."""

from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [("productions", "0006_contributions")]

    operations = [
        TriggersAside([
            migrations.AddField(
                model_name="cut", name="labels", field=models.JSONField(blank=True, default=list)
            ),
        ]),
    ]
