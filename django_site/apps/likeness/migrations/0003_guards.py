"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse

LEGAL_MOVES = (
    "(OLD.state = 'active' AND NEW.state = 'amended') OR "
    "(OLD.state = 'active' AND NEW.state = 'disputed') OR "
    "(OLD.state = 'active' AND NEW.state = 'expired') OR "
    "(OLD.state = 'active' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'active' AND NEW.state = 'suspended') OR "
    "(OLD.state = 'active' AND NEW.state = 'transferred') OR "
    "(OLD.state = 'active' AND NEW.state = 'withdrawn') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'active') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'amended') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'expired') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'suspended') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'transferred') OR "
    "(OLD.state = 'disputed' AND NEW.state = 'withdrawn') OR "
    "(OLD.state = 'drafted' AND NEW.state = 'declined') OR "
    "(OLD.state = 'drafted' AND NEW.state = 'noticed') OR "
    "(OLD.state = 'drafted' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'noticed' AND NEW.state = 'declined') OR "
    "(OLD.state = 'noticed' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'noticed' AND NEW.state = 'signed') OR "
    "(OLD.state = 'signed' AND NEW.state = 'active') OR "
    "(OLD.state = 'signed' AND NEW.state = 'amended') OR "
    "(OLD.state = 'signed' AND NEW.state = 'expired') OR "
    "(OLD.state = 'signed' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'signed' AND NEW.state = 'transferred') OR "
    "(OLD.state = 'signed' AND NEW.state = 'withdrawn') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'active') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'amended') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'disputed') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'expired') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'revoked') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'transferred') OR "
    "(OLD.state = 'suspended' AND NEW.state = 'withdrawn')"
)


class Migration(migrations.Migration):
    dependencies = [("likeness", "0002_uses")]

    operations = [
        *append_only("likeness_useevent", what="a use of a likeness"),
        refuse(
            "likeness_useevent_under_active_grant",
            table="likeness_useevent",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM likeness_consentgrant g WHERE g.id = NEW.grant_id "
            "AND g.subject_id = NEW.subject_id AND g.state = 'active')",
            message="a likeness is used only under an active grant of that person",
        ),
        refuse(
            "likeness_consentgrant_no_delete",
            table="likeness_consentgrant",
            on="DELETE",
            message="a grant is never deleted: revoke it",
        ),
        *append_only("likeness_custodyevent", what="the custody log"),
        *append_only("likeness_retentionrun", what="the record of a retention run"),
        *append_only("likeness_grantsignature", what="a signature"),
        *append_only("likeness_grantchange", what="a change of a grant"),
        *append_only("likeness_compensationentry", what="the compensation ledger"),
        refuse(
            "likeness_template_needs_key",
            table="likeness_biometrictemplate",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM likeness_subjectkey k WHERE k.id = NEW.key_id "
            "AND k.subject_id = NEW.subject_id AND k.destroyed_at IS NULL)",
            message="a template is sealed under the key of the same person",
        ),
        refuse(
            "likeness_template_needs_consent",
            table="likeness_biometrictemplate",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM likeness_biometricconsent c WHERE c.id = NEW.consent_id "
            "AND c.subject_id = NEW.subject_id AND c.modality = NEW.modality AND c.withdrawn_at IS NULL)",
            message="a template needs the standing biometric consent of the same person",
        ),
        refuse(
            "likeness_consentgrant_terms_fixed",
            table="likeness_consentgrant",
            on="UPDATE",
            when="NEW.scope <> OLD.scope OR NEW.text <> OLD.text OR NEW.text_sha256 <> OLD.text_sha256 "
            "OR NEW.summary <> OLD.summary OR NEW.shown_sha256 <> OLD.shown_sha256 "
            "OR NEW.starts <> OLD.starts OR NEW.ends IS DISTINCT FROM OLD.ends OR NEW.subject_id <> OLD.subject_id "
            'OR NEW."grant" <> OLD."grant" OR NEW.version <> OLD.version '
            "OR (OLD.signed_at IS NOT NULL AND NEW.signed_at <> OLD.signed_at) "
            "OR (OLD.may_sign_from IS NOT NULL AND NEW.may_sign_from <> OLD.may_sign_from)",
            message="the terms of a grant can not be changed: make a new version",
        ),
        refuse(
            "likeness_consentgrant_begins_drafted",
            table="likeness_consentgrant",
            on="INSERT",
            when="NEW.state <> 'drafted'",
            message="a grant begins as a draft",
        ),
        refuse(
            "likeness_consentgrant_moves",
            table="likeness_consentgrant",
            on="UPDATE",
            when=f"NEW.state <> OLD.state AND NOT ({LEGAL_MOVES})",
            message="a grant can not go from that state to this one",
        ),
        refuse(
            "likeness_consentgrant_signed_words",
            table="likeness_consentgrant",
            on="UPDATE",
            when="NEW.state = 'signed' AND OLD.state <> 'signed' AND NOT EXISTS (SELECT 1 FROM likeness_grantsignature s "
            "WHERE s.grant_id = NEW.id AND s.text_sha256 = NEW.text_sha256 AND s.shown_sha256 = NEW.shown_sha256 "
            "AND s.signed_by_id = NEW.signed_by_id)",
            message="a grant is signed by a signature under exactly its words",
        ),
        refuse(
            "likeness_useapproval_fixed",
            table="likeness_useapproval",
            on="UPDATE",
            when="OLD.state IN ('declined', 'withdrawn') OR NEW.description <> OLD.description "
            "OR NEW.grant_id <> OLD.grant_id OR NEW.production_id <> OLD.production_id "
            "OR NEW.shot_id IS DISTINCT FROM OLD.shot_id OR NEW.scene_id IS DISTINCT FROM OLD.scene_id",
            message="what was asked and answered can not be changed: ask again",
        ),
        refuse(
            "likeness_claim_fixed",
            table="likeness_claim",
            on="UPDATE",
            when="OLD.state <> 'open' OR NEW.text <> OLD.text OR NEW.raised_by_id <> OLD.raised_by_id",
            message="a claim can not be changed once it is raised, nor its answer: raise another",
        ),
    ]
