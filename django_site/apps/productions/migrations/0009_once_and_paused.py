"""Takes are known by what decides their pictures; a production may be paused; shots have an order of their own;
cuts keep their timeline and their sound."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import django_site.records


class Migration(migrations.Migration):
    dependencies = [
        ("productions", "0008_awaiting_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    # Nullable columns without a default: added in place, so that no table is rebuilt.
    operations = [
        migrations.AddField(
            model_name="generationrecord",
            name="inputs_sha256",
            field=django_site.records.Sha256Field(db_index=True, max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="cut",
            name="timeline",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="cut",
            name="sound",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="shot",
            name="place",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="production",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="production",
            name="paused_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
