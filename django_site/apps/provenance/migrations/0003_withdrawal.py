import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import django_site.ids
from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0002_refusals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("productions", "0003_withdrawal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recall",
            fields=[
                (
                    "id",
                    models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("reason", models.TextField()),
                (
                    "recalled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recall", to="provenance.release"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="recall_has_reason")
                ],
            },
        ),
        *append_only("provenance_recall", what="a recall"),
        *[
            refuse(
                f"provenance_recalled_on_record_{event.lower()}",
                table="productions_cut",
                on=event,
                when="NEW.state = 'recalled' AND NOT EXISTS (SELECT 1 FROM provenance_recall r "
                "JOIN provenance_release o ON o.id = r.release_id WHERE o.cut_id = NEW.id)",
                message="a cut is recalled only with the record of who did it and why",
            )
            for event in ("INSERT", "UPDATE")
        ],
    ]
