"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import refuse

_CONSENTED = (
    "EXISTS (SELECT 1 FROM audience_viewerconsent c JOIN audience_viewer v ON v.id = c.viewer_id "
    "WHERE c.id = NEW.consent_id AND c.viewer_id = NEW.viewer_id AND v.screening_id = NEW.screening_id "
    "AND c.withdrawn_at IS NULL AND c.expires_at > NEW.created_at{more})"
)

_OUT = "EXISTS (SELECT 1 FROM provenance_release r JOIN productions_cut c ON c.id = r.cut_id WHERE c.state = 'released' AND "

_NOT_RELEASED = (
    f"NEW.playable AND (NOT {_OUT}r.id = (SELECT g.parent_id FROM audience_variantgraph g WHERE g.id = NEW.graph_id)) "
    f"OR (NOT NEW.is_parent AND NOT {_OUT}r.cut_id = NEW.cut_id)))"
)

_FOREIGN = (
    "NEW.cut_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM productions_cut c JOIN audience_variantgraph g "
    "ON g.production_id = c.production_id WHERE c.id = NEW.cut_id AND g.id = NEW.graph_id)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("audience", "0001_audiences"),
        ("productions", "0003_looks_of_models"),
        ("provenance", "0001_outputs"),
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
        refuse(
            "insight_stays_as_it_was_seen",
            table="audience_insight",
            on="UPDATE",
            when="OLD.made_at IS NOT NULL AND (NEW.document <> OLD.document OR NEW.document IS NULL "
            "OR NEW.document_sha256 <> OLD.document_sha256 OR NEW.made_at IS DISTINCT FROM OLD.made_at "
            "OR NEW.screening_id <> OLD.screening_id)",
            message="an insight is kept as it was seen: read the screening again",
        ),
        refuse(
            "suggestion_keeps_its_evidence",
            table="audience_suggestion",
            on="UPDATE",
            when="NEW.plain <> OLD.plain OR NEW.evidence <> OLD.evidence OR NEW.kind <> OLD.kind "
            "OR NEW.insight_id <> OLD.insight_id OR NEW.cut_id <> OLD.cut_id",
            message="a suggestion keeps what it was made from: only its answer is added",
        ),
        refuse(
            "audience_request_keeps_what_was_there",
            table="audience_audiencerequest",
            on="UPDATE",
            when="NEW.was <> OLD.was OR NEW.suggestion_id <> OLD.suggestion_id OR OLD.state <> 'open'",
            message="a request that was closed stays closed, and keeps what it was about",
        ),
        *(
            refuse(
                f"variant_played_was_released_{on.lower()}",
                table="audience_variant",
                on=on,
                when=_NOT_RELEASED,
                message="a version is played only after it was released, and while its parent is",
            )
            for on in ("INSERT", "UPDATE")
        ),
        *(
            refuse(
                f"variant_of_its_production_{on.lower()}",
                table="audience_variant",
                on=on,
                when=_FOREIGN,
                message="a version is a cut of the production whose film it is a version of",
            )
            for on in ("INSERT", "UPDATE")
        ),
        refuse(
            "variant_graph_of_its_production",
            table="audience_variantgraph",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM provenance_release r JOIN productions_cut c ON c.id = r.cut_id "
            "WHERE r.id = NEW.parent_id AND c.production_id = NEW.production_id)",
            message="rules for versions belong to the production whose film they are about",
        ),
        refuse(
            "variant_graph_stands",
            table="audience_variantgraph",
            on="UPDATE",
            when="NEW.parent_id <> OLD.parent_id OR NEW.production_id <> OLD.production_id OR (OLD.state <> 'draft' "
            "AND (NEW.document_sha256 <> OLD.document_sha256 OR NEW.state = 'draft'))",
            message="rules by which versions were made stand: write others",
        ),
    ]
