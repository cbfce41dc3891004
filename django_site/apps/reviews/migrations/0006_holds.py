"""While a hold stands, the database itself keeps what the production's rows say: see django_site/triggers.py.

Biometric templates are not among the tables: privacy law destroys them when the consent ends, hold or not.
"""

from django.db import migrations

from django_site.triggers import refuse


def _held(production: str) -> str:
    """A hold stands on the production, or on one of its cases."""
    return (
        "EXISTS (SELECT 1 FROM reviews_hold h LEFT JOIN reviews_case hc ON hc.id = h.case_id "
        f"WHERE h.lifted_at IS NULL AND (h.production_id = {production} OR hc.production_id = {production}))"
    )


_OF_AUDIT = "(SELECT a.production_id FROM audits_audit a WHERE a.id = OLD.audit_id)"
_OF_FINDING = (
    "(SELECT a.production_id FROM audits_finding f JOIN audits_audit a ON a.id = f.audit_id WHERE f.id = OLD.finding_id)"
)
_OF_SHOT = (
    "(SELECT p.production_id FROM productions_shot s JOIN productions_scene n ON n.id = s.scene_id "
    "JOIN productions_screenplay p ON p.id = n.screenplay_id WHERE s.id = {shot})"
)


def _named(asset: str) -> str:
    """A held production's rows name the file."""
    ways = [
        f"EXISTS (SELECT 1 FROM {table} x WHERE x.{column} = {asset} AND {_held('x.production_id')})"
        for table, column in (
            ("productions_cut", "asset_id"),
            ("productions_screenplay", "asset_id"),
            ("productions_importedmedia", "asset_id"),
            ("productions_reference", "asset_id"),
            ("audits_audit", "asset_id"),
        )
    ]
    shot = _OF_SHOT.format(shot="x.shot_id")
    ways.append(f"EXISTS (SELECT 1 FROM productions_take x WHERE x.asset_id = {asset} AND {_held(shot)})")
    return "(" + " OR ".join(ways) + ")"


TABLES = {
    "productions_production": _held("OLD.id"),
    "productions_screenplay": _held("OLD.production_id"),
    "productions_cut": _held("OLD.production_id"),
    "productions_take": _held(_OF_SHOT.format(shot="OLD.shot_id")),
    "productions_importedmedia": _held("OLD.production_id"),
    "productions_reference": _held("OLD.production_id"),
    "audits_audit": _held("OLD.production_id"),
    "audits_finding": _held(_OF_AUDIT),
    "audits_evidenceframe": _held(_OF_FINDING),
    "audits_asset": _named("OLD.id"),
    "likeness_likenessasset": _named("OLD.asset_id"),
    "reviews_case": _held("OLD.production_id"),
    "reviews_comment": _held("(SELECT c.production_id FROM reviews_case c WHERE c.id = OLD.case_id)"),
    "reviews_changerequest": _held("(SELECT c.production_id FROM reviews_case c WHERE c.id = OLD.case_id)"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0005_review_room_refusals"),
        ("audits", "0010_policies_refusals"),
        ("likeness", "0005_refusals"),
        ("productions", "0006_contributions"),
    ]

    operations = [
        *[
            refuse(
                f"held_{table}",
                table=table,
                on="DELETE",
                when=when,
                message="a litigation hold stands: nothing of the production is deleted until it is lifted",
            )
            for table, when in TABLES.items()
        ],
        refuse(
            "reviews_hold_lifted_for_good",
            table="reviews_hold",
            on="UPDATE",
            when="OLD.lifted_at IS NOT NULL OR NEW.matter <> OLD.matter OR NEW.reason <> OLD.reason "
            "OR NEW.placed_by_id <> OLD.placed_by_id",
            message="a hold is only lifted, once; place another",
        ),
    ]
