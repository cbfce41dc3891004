"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0002_audits"),
        ("provenance", "0001_initial"),
    ]

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
            "audits_asset_released_only_trusted",
            table="audits_asset",
            on="UPDATE",
            when="NEW.zone = 'released' AND OLD.zone <> 'released' AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m WHERE m.asset_id = NEW.id AND m.state = 'Trusted')",
            message="an asset is released only with a manifest that was re-read as Trusted",
        ),
        refuse(
            "audits_asset_stays_released",
            table="audits_asset",
            on="UPDATE",
            when="OLD.zone = 'released' AND NEW.zone <> 'released'",
            message="a released asset stays verifiable: it does not go back to quarantine",
        ),
    ]
