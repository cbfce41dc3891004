"""Takes that are asked for together, and how good each is by measure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("productions", "0010_edit")]

    operations = [
        migrations.AddField(model_name="take", name="asked_with", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="take", name="score", field=models.JSONField(null=True)),
    ]
