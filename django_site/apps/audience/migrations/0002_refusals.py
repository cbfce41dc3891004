"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import refuse

_CONSENTED = (
    "EXISTS (SELECT 1 FROM audience_viewerconsent c JOIN audience_viewer v ON v.id = c.viewer_id "
    "WHERE c.id = NEW.consent_id AND c.viewer_id = NEW.viewer_id AND v.screening_id = NEW.screening_id "
    "AND c.withdrawn_at IS NULL AND c.expires_at > NEW.created_at{more})"
)


class Migration(migrations.Migration):
    dependencies = [
        ("productions", "0014_looks"),
        ("audience", "0001_initial"),
    ]

    operations = [
        *[
            refuse(
                f"event_under_consent_{event.lower()}",
                table="audience_event",
                on=event,
                # agreeing anew takes over what was recorded before
                when="NOT " + _CONSENTED.format(more=" AND c.given_at <= NEW.created_at" if event == "INSERT" else ""),
                message="nothing is recorded of a viewer without their own consent in force",
            )
            for event in ("INSERT", "UPDATE")
        ],
        *[
            refuse(
                f"seat_under_consent_{event.lower()}",
                table="audience_seat",
                on=event,
                when="NOT EXISTS (SELECT 1 FROM audience_viewerconsent c WHERE c.viewer_id = NEW.viewer_id "
                "AND c.withdrawn_at IS NULL AND c.expires_at > NEW.heard_at)",
                message="nothing is recorded of a viewer without their own consent in force",
            )
            for event in ("INSERT", "UPDATE")
        ],
        *[
            refuse(
                f"viewer_consent_of_age_{event.lower()}",
                table="audience_viewerconsent",
                on=event,
                when="NEW.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM audience_viewer v "
                "WHERE v.id = NEW.viewer_id AND NOT v.of_age)",
                message="nobody below the age of the screening agrees to be recorded",
            )
            for event in ("INSERT", "UPDATE")
        ],
        refuse(
            "viewer_consent_stays_as_given",
            table="audience_viewerconsent",
            on="UPDATE",
            when="NEW.text <> OLD.text OR NEW.text_sha256 <> OLD.text_sha256 OR NEW.viewer_id <> OLD.viewer_id "
            "OR NEW.purposes <> OLD.purposes OR NEW.expires_at > OLD.expires_at "
            "OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)",
            message="what a viewer agreed to stays in the words they saw: ask them again",
        ),
        *[
            refuse(
                f"arm_shows_released_{event.lower()}",
                table="audience_screeningarm",
                on=event,
                when="NOT EXISTS (SELECT 1 FROM productions_cut k JOIN audience_screening s ON s.id = NEW.screening_id "
                "WHERE k.id = NEW.cut_id AND k.production_id = s.production_id "
                + ("AND k.state = 'released')" if event == "INSERT" else ")"),
                message="a screening shows released cuts of its own production",
            )
            for event in ("INSERT", "UPDATE")
        ],
        refuse(
            "viewer_sits_in_their_screening",
            table="audience_viewer",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM audience_screeningarm a WHERE a.id = NEW.arm_id "
            "AND a.screening_id = NEW.screening_id) OR NOT EXISTS (SELECT 1 FROM audience_invitation i "
            "WHERE i.id = NEW.invitation_id AND i.screening_id = NEW.screening_id)",
            message="a viewer is given a film of the screening to which they were invited",
        ),
        refuse(
            "screening_promise_stands",
            table="audience_screening",
            on="UPDATE",
            when="OLD.state <> 'draft' AND (NEW.purpose <> OLD.purpose OR NEW.minimum_age < OLD.minimum_age "
            "OR NEW.retention_days > OLD.retention_days OR NEW.production_id <> OLD.production_id "
            "OR NEW.state = 'draft' OR (OLD.state = 'closed' AND NEW.state <> 'closed'))",
            message="what viewers were told of a screening stands once it was opened: close it and begin another",
        ),
    ]
