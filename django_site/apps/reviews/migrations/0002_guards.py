"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse

_AGREED = (
    "(SELECT COUNT(DISTINCT a.actor_id) FROM reviews_overrideapproval a "
    "WHERE a.override_id = NEW.id AND a.actor_id <> NEW.requested_by_id)"
)

_SAME = " OR ".join(
    f"NEW.{column} <> OLD.{column}"
    for column in (
        "case_id",
        "decision_id",
        "asset_id",
        "facts_sha256",
        "bundle_sha256",
        "requested_by_id",
        "reason",
        "evidence",
        "approvers_needed",
        "expires_at",
    )
)


def _held(production: str) -> str:
    """A hold stands on the production, or on one of its cases."""
    return (
        "EXISTS (SELECT 1 FROM reviews_hold h LEFT JOIN reviews_case hc ON hc.id = h.case_id "
        f"WHERE h.lifted_at IS NULL AND (h.production_id = {production} OR hc.production_id = {production}))"
    )


_OF_AUDIT = "(SELECT a.production_id FROM audits_audit a WHERE a.id = OLD.audit_id)"

_OF_FINDING = "(SELECT a.production_id FROM audits_finding f JOIN audits_audit a ON a.id = f.audit_id WHERE f.id = OLD.finding_id)"

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
        ("reviews", "0001_room"),
        ("audits", "0003_outputs"),
        ("likeness", "0002_uses"),
        ("productions", "0003_looks_of_models"),
    ]

    operations = [
        *append_only("reviews_reviewaction", what="what a reviewer did"),
        *append_only("reviews_accesslog", what="the access log"),
        refuse(
            "reviews_four_eyes",
            table="reviews_reviewaction",
            on="INSERT",
            when="NEW.kind = 'approve' AND EXISTS (SELECT 1 FROM reviews_case c WHERE c.id = NEW.case_id "
            "AND c.opened_by_id = NEW.actor_id)",
            message="whoever asked for a review does not approve it",
        ),
        *[
            refuse(
                f"reviews_case_enough_approvals_{event.lower()}",
                table="reviews_case",
                on=event,
                when="NEW.state = 'approved' AND (SELECT COUNT(DISTINCT a.actor_id) FROM reviews_reviewaction a "
                "WHERE a.case_id = NEW.id AND a.kind = 'approve') < NEW.approvals_needed",
                message="a case is approved by as many people as it needs",
            )
            for event in ("INSERT", "UPDATE")
        ],
        *append_only("reviews_overrideapproval", what="an agreement to an override"),
        refuse(
            "reviews_override_four_eyes",
            table="reviews_overrideapproval",
            on="INSERT",
            when="EXISTS (SELECT 1 FROM reviews_override o WHERE o.id = NEW.override_id "
            "AND (o.requested_by_id = NEW.actor_id OR o.state <> 'requested'))",
            message="whoever asks for an override does not agree to it, and only one that waits is agreed to",
        ),
        refuse(
            "reviews_override_begins_as_asked_for",
            table="reviews_override",
            on="INSERT",
            when="NEW.state <> 'requested'",
            message="an override begins by being asked for",
        ),
        refuse(
            "reviews_override_enough_people",
            table="reviews_override",
            on="UPDATE",
            when=f"NEW.state = 'in_force' AND {_AGREED} < NEW.approvers_needed",
            message="an override is in force when as many people as it needs have agreed, the requester not among them",
        ),
        refuse(
            "reviews_override_ends_for_good",
            table="reviews_override",
            on="UPDATE",
            when="OLD.state NOT IN ('requested', 'in_force') OR (OLD.state = 'in_force' AND NEW.state = 'requested')",
            message="an override that has ended stays ended",
        ),
        refuse(
            "reviews_override_stays_what_was_asked",
            table="reviews_override",
            on="UPDATE",
            when=_SAME,
            message="what an override sets aside can not be changed: ask for another",
        ),
        refuse(
            "reviews_override_no_delete",
            table="reviews_override",
            on="DELETE",
            message="an override stays on record",
        ),
        refuse(
            "reviews_assignment_no_delete",
            table="reviews_assignment",
            on="DELETE",
            message="who had a case stays on record",
        ),
        refuse(
            "reviews_hold_no_delete",
            table="reviews_hold",
            on="DELETE",
            message="a hold is lifted, never deleted",
        ),
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
