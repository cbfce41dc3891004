"""The content credentials of a binder's PDFs; the signature of its index is a use of the key."""

import django.db.models.deletion
from django.db import migrations, models

from django_site.triggers import TriggersAside

PURPOSES = [
    ("claim", "Signed a record"),
    ("organisation", "Said which organisation stands behind it"),
    ("binder", "Signed the index of a binder"),
]


class Migration(migrations.Migration):
    dependencies = [("provenance", "0020_recovery"), ("audits", "0010_policies_refusals")]

    operations = [
        TriggersAside(
            [
                migrations.AddField(
                    model_name="binder",
                    name="credentials",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audits.asset"
                    ),
                ),
                migrations.RemoveConstraint(model_name="keyuse", name="key_use_purpose_known"),
                migrations.AlterField(
                    model_name="keyuse", name="purpose", field=models.CharField(choices=PURPOSES, max_length=12)
                ),
                migrations.AddConstraint(
                    model_name="keyuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(purpose__in=[purpose for purpose, _ in PURPOSES]), name="key_use_purpose_known"
                    ),
                ),
            ]
        ),
    ]
