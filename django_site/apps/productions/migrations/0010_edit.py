"""Timelines that people work on; who wrote each line of a screenplay."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_site.ids


class Migration(migrations.Migration):
    dependencies = [
        ("productions", "0009_once_and_paused"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="screenplay",
            name="lines",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="cut",
            name="based_on",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="productions.cut"
            ),
        ),
        migrations.CreateModel(
            name="Edit",
            fields=[
                (
                    "id",
                    models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("history", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "base",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="productions.cut"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "production",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edit", to="productions.production"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("history", {}), _negated=True), name="edit_has_history")
                ],
            },
        ),
    ]
