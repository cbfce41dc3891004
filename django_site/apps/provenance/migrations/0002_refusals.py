"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0001_initial"),
        ("reviews", "0001_initial"),
        ("audits", "0002_audits"),
    ]

    operations = [
        *append_only("provenance_ledgerentry", what="the ledger"),
        *append_only("provenance_treehead", what="the ledger"),
        *append_only("provenance_manifest", what="a manifest"),
        *append_only("provenance_release", what="a release"),
        refuse(
            "provenance_ledgerentry_no_gap",
            table="provenance_ledgerentry",
            on="INSERT",
            when="NEW.seq <> (SELECT COALESCE(MAX(e.seq) + 1, 0) FROM provenance_ledgerentry e)",
            message="the ledger has no gaps: the next entry follows the last",
        ),
        refuse(
            "provenance_intent_needs_approval",
            table="provenance_signingintent",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM reviews_case c WHERE c.id = NEW.case_id AND c.state = 'approved' "
            "AND c.cut_id = NEW.cut_id)",
            message="a cut is signed only when its case was approved",
        ),
        refuse(
            "provenance_release_only_trusted",
            table="provenance_release",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM provenance_manifest m JOIN provenance_signingintent i ON i.id = m.intent_id "
            "WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' AND i.cut_id = NEW.cut_id)",
            message="a release needs a manifest of that cut that was re-read as Trusted",
        ),
        refuse(
            "provenance_release_only_decided",
            table="provenance_release",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM audits_decision d WHERE d.id = NEW.decision_id AND d.cut_id = NEW.cut_id "
            "AND d.outcome <> 'block')",
            message="a release needs a decision on that cut that does not stop it",
        ),
    ]
