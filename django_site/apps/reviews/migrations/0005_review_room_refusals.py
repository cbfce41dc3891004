"""What a check constraint can't refuse about overrides and assignments: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse

_AGREED = (
    "(SELECT COUNT(DISTINCT a.actor_id) FROM reviews_overrideapproval a "
    "WHERE a.override_id = NEW.id AND a.actor_id <> NEW.requested_by_id)"
)
_SAME = " OR ".join(
    f"NEW.{column} <> OLD.{column}"
    for column in (
        "case_id", "decision_id", "asset_id", "facts_sha256", "bundle_sha256", "requested_by_id", "reason", "evidence",
        "approvers_needed", "expires_at",
    )
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_review_room")]

    operations = [
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
    ]
