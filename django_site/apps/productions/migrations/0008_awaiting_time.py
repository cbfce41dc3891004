"""A cut that is signed and waits for a time stamp."""

from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0010_policies_refusals"),
        ("productions", "0007_cut_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
                migrations.RemoveConstraint(
                    model_name="cut",
                    name="cut_state_known",
                ),
                migrations.RemoveConstraint(
                    model_name="cut",
                    name="cut_stop_has_reason",
                ),
                migrations.AlterField(
                    model_name="cut",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("assembling", "Being assembled"),
                            ("failed", "Could not be made"),
                            ("quarantined", "In quarantine"),
                            ("auditing", "Being audited"),
                            ("stopped", "Stopped"),
                            ("needs_review", "Waiting for review"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("signing", "Being signed"),
                            ("awaiting_time", "Awaiting a time stamp"),
                            ("released", "Released"),
                            ("recalled", "Recalled"),
                        ],
                        default="draft",
                        max_length=14,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cut",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "assembling",
                                    "failed",
                                    "quarantined",
                                    "auditing",
                                    "stopped",
                                    "needs_review",
                                    "approved",
                                    "rejected",
                                    "signing",
                                    "awaiting_time",
                                    "released",
                                    "recalled",
                                ],
                            )
                        ),
                        name="cut_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cut",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["failed", "stopped", "rejected", "recalled", "awaiting_time"]),
                                _negated=True,
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="cut_stop_has_reason",
                    ),
                ),
            ]
        ),
    ]
