"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("provenance", "0001_outputs"),
        ("audits", "0003_outputs"),
        ("productions", "0003_looks_of_models"),
        ("reviews", "0001_room"),
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
            "provenance_release_only_decided",
            table="provenance_release",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM audits_decision d WHERE d.id = NEW.decision_id AND d.cut_id = NEW.cut_id "
            "AND d.outcome <> 'block')",
            message="a release needs a decision on that cut that does not stop it",
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
        refuse(
            "provenance_binder_made_once",
            table="provenance_binder",
            on="UPDATE",
            when="OLD.asset_id IS NOT NULL OR NEW.cut_id <> OLD.cut_id OR NEW.addressee <> OLD.addressee "
            "OR NEW.moment <> OLD.moment OR NEW.made_by_id <> OLD.made_by_id",
            message="a binder that was made is never changed: make another",
        ),
        refuse(
            "provenance_binder_no_delete",
            table="provenance_binder",
            on="DELETE",
            message="a binder is part of the record: it can not be deleted",
        ),
        refuse(
            "provenance_binder_of_a_release",
            table="provenance_binder",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM provenance_release r WHERE r.cut_id = NEW.cut_id)",
            message="a binder is made of a released film",
        ),
        *append_only("provenance_keyuse", what="the log of key uses"),
        refuse(
            "provenance_certificate_no_delete",
            table="provenance_signingcertificate",
            on="DELETE",
            message="a certificate that signed is part of the record: it can not be deleted",
        ),
        refuse(
            "provenance_certificate_is_itself",
            table="provenance_signingcertificate",
            on="UPDATE",
            when="NEW.key_id <> OLD.key_id OR NEW.chain_pem <> OLD.chain_pem OR NEW.not_after <> OLD.not_after",
            message="a certificate can not be changed: replace it by another",
        ),
        refuse(
            "provenance_output_no_delete",
            table="provenance_output",
            on="DELETE",
            message="what was made from a release is part of the record: it can not be deleted",
        ),
        refuse(
            "provenance_output_signed_once",
            table="provenance_output",
            on="UPDATE",
            when="OLD.manifest_id IS NOT NULL OR NEW.release_id <> OLD.release_id OR NEW.kind <> OLD.kind "
            "OR NEW.parameters_sha256 <> OLD.parameters_sha256",
            message="what was signed is never changed: make another",
        ),
        refuse(
            "provenance_output_only_trusted",
            table="provenance_output",
            on="UPDATE",
            when="NEW.manifest_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM provenance_manifest m "
            "JOIN provenance_signingintent i ON i.id = m.intent_id WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' "
            "AND i.output_id = NEW.id) OR EXISTS (SELECT 1 FROM provenance_recall c WHERE c.release_id = NEW.release_id))",
            message="it is handed out only with a manifest of its own that was re-read as Trusted, and while the film is out",
        ),
        refuse(
            "provenance_release_only_trusted",
            table="provenance_release",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM provenance_manifest m JOIN provenance_signingintent i ON i.id = m.intent_id "
            "WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' AND i.cut_id = NEW.cut_id AND i.kind = 'cut')",
            message="a release needs a manifest of that cut that was re-read as Trusted",
        ),
        refuse(
            "audits_asset_released_only_trusted",
            table="audits_asset",
            on="UPDATE",
            when="NEW.zone = 'released' AND OLD.zone <> 'released' AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m JOIN provenance_release r ON r.manifest_id = m.id "
            "WHERE m.asset_id = NEW.id AND m.state = 'Trusted') AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m JOIN provenance_output o ON o.manifest_id = m.id "
            "WHERE m.asset_id = NEW.id AND m.state = 'Trusted') AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m WHERE m.sidecar_id = NEW.id AND m.state = 'Trusted' AND ("
            "EXISTS (SELECT 1 FROM provenance_release r WHERE r.manifest_id = m.id) "
            "OR EXISTS (SELECT 1 FROM provenance_output o WHERE o.manifest_id = m.id)))",
            message="an asset is released only with a manifest that was re-read as Trusted",
        ),
        refuse(
            "provenance_output_trailer_decided",
            table="provenance_output",
            on="UPDATE",
            when="NEW.kind = 'trailer' AND NEW.manifest_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audits_decision d "
            "WHERE d.output_id = NEW.id AND d.outcome <> 'block' AND d.audit_id IS NOT NULL)",
            message="a trailer is handed out only on a decision of its own that does not stop it",
        ),
    ]
