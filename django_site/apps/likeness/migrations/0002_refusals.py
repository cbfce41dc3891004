"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("likeness", "0001_initial"),
    ]

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
        refuse(
            "likeness_consentgrant_terms_fixed",
            table="likeness_consentgrant",
            on="UPDATE",
            when="NEW.scope <> OLD.scope OR NEW.text <> OLD.text OR NEW.text_sha256 <> OLD.text_sha256 "
            "OR NEW.starts <> OLD.starts OR NEW.ends IS DISTINCT FROM OLD.ends OR NEW.subject_id <> OLD.subject_id "
            'OR NEW."grant" <> OLD."grant" OR NEW.version <> OLD.version',
            message="the terms of a grant can not be changed: make a new version",
        ),
        refuse(
            "likeness_template_needs_consent",
            table="likeness_biometrictemplate",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM likeness_biometricconsent c WHERE c.id = NEW.consent_id "
            "AND c.subject_id = NEW.subject_id AND c.withdrawn_at IS NULL)",
            message="a template needs the standing biometric consent of the same person",
        ),
        refuse(
            "likeness_template_needs_key",
            table="likeness_biometrictemplate",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM likeness_subjectkey k WHERE k.id = NEW.key_id "
            "AND k.subject_id = NEW.subject_id AND k.wrapped IS NOT NULL)",
            message="a template is sealed under the key of the same person",
        ),
    ]
