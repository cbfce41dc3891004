from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):
    dependencies = [
        ("corpora", "0002_refusals"),
    ]

    operations = [
        TriggersAside(
            [
                migrations.AddField(
                    model_name="licence",
                    name="settled_at",
                    field=models.DateTimeField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="licence",
                    name="withdrawn_because",
                    field=models.TextField(blank=True),
                ),
                migrations.AddConstraint(
                    model_name="licence",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("settled_at__isnull", True), ("ends__isnull", False), _connector="OR"),
                        name="licence_settled_has_ended",
                    ),
                ),
            ]
        ),
    ]
