"""What was in force stays on record: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("audits", "0009_policies_as_they_were")]

    operations = [
        *append_only("audits_policytext", what="the text of a policy"),
        *append_only("audits_policyrevision", what="the record of policies in force"),
    ]
