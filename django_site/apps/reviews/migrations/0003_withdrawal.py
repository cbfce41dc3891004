from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0003_refusals"),
        ("productions", "0003_withdrawal"),
        ("reviews", "0002_refusals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
                migrations.AddField(
                    model_name="case",
                    name="kind",
                    field=models.CharField(
                        choices=[("clearance", "May it be shown?"), ("withdrawal", "May it stay out?")],
                        default="clearance",
                        max_length=10,
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="reason",
                    field=models.TextField(blank=True),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["clearance", "withdrawal"])), name="case_kind_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "clearance"),
                            models.Q(("cut__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="case_withdrawal_says_what",
                    ),
                ),
            ]
        ),
    ]
