"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [("audits", "0003_outputs"), ("productions", "0003_looks_of_models")]

    operations = [
        *append_only("audits_decision", what="a decision"),
        *append_only("audits_audit", what="an audit"),
        refuse(
            "audits_asset_is_its_content",
            table="audits_asset",
            on="UPDATE",
            when="NEW.sha256 <> OLD.sha256 OR NEW.bytes <> OLD.bytes OR NEW.media_type <> OLD.media_type",
            message="an asset is its content: its digest, size and type can not be changed",
        ),
        refuse(
            "audits_asset_starts_in_quarantine",
            table="audits_asset",
            on="INSERT",
            when="NEW.zone <> 'quarantine'",
            message="an asset starts in quarantine",
        ),
        refuse(
            "audits_asset_stays_released",
            table="audits_asset",
            on="UPDATE",
            when="OLD.zone = 'released' AND NEW.zone <> 'released'",
            message="a released asset stays verifiable: it does not go back to quarantine",
        ),
        refuse(
            "audits_dismissal_stays_as_it_is",
            table="audits_dismissal",
            on="UPDATE",
            when="OLD.lifted_at IS NOT NULL OR NEW.finding_id <> OLD.finding_id OR NEW.by_id <> OLD.by_id "
            "OR NEW.reason <> OLD.reason OR NEW.frames <> OLD.frames OR NEW.created_at <> OLD.created_at",
            message="a dismissal can not be changed, only be lifted, once",
        ),
        refuse(
            "audits_dismissal_no_delete",
            table="audits_dismissal",
            on="DELETE",
            message="a dismissal can not be deleted: lift it",
        ),
        refuse(
            "audits_dismissal_four_eyes",
            table="audits_dismissal",
            on="INSERT",
            when="EXISTS (SELECT 1 FROM audits_finding f JOIN audits_audit a ON a.id = f.audit_id "
            "JOIN productions_production p ON p.id = a.production_id WHERE f.id = NEW.finding_id "
            "AND (p.created_by_id = NEW.by_id OR EXISTS (SELECT 1 FROM productions_contribution c "
            "WHERE c.production_id = p.id AND c.actor_id = NEW.by_id)))",
            message="whoever worked on a film can not dismiss what was found in it",
        ),
        *append_only("audits_confirmation", what="a confirmation"),
        refuse(
            "audits_finding_known_by_stays",
            table="audits_finding",
            on="UPDATE",
            when="NEW.known_by <> OLD.known_by",
            message="what a finding is known by can not be changed: dismissals rest on it",
        ),
        refuse(
            "audits_dismissal_knows_it",
            table="audits_dismissal",
            on="INSERT",
            when="NEW.frames = '[]' AND NOT EXISTS "
            "(SELECT 1 FROM audits_finding f WHERE f.id = NEW.finding_id AND length(f.known_by) > 0)",
            message="a dismissal needs frames, sound or words to know it by",
        ),
        *append_only("audits_policytext", what="the text of a policy"),
        *append_only("audits_policyrevision", what="the record of policies in force"),
    ]
