"""Wrapped keys leave the database for the key vault, so that a destroyed key is gone from backups of the database too.

Keys that were in the database are in its backups already: what was sealed under them is destroyed, and the people concerned
are enrolled anew (their consents stand).
"""

from django.db import migrations

from django_site.triggers import lift, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("likeness", "0002_refusals"),
    ]

    operations = [
        lift(
            refuse(
                "likeness_template_needs_key",
                table="likeness_biometrictemplate",
                on="INSERT",
                when="NOT EXISTS (SELECT 1 FROM likeness_subjectkey k WHERE k.id = NEW.key_id "
                "AND k.subject_id = NEW.subject_id AND k.wrapped IS NOT NULL)",
                message="a template is sealed under the key of the same person",
            )
        ),
        lift(
            refuse(
                "likeness_template_needs_consent",
                table="likeness_biometrictemplate",
                on="INSERT",
                when="NOT EXISTS (SELECT 1 FROM likeness_biometricconsent c WHERE c.id = NEW.consent_id "
                "AND c.subject_id = NEW.subject_id AND c.withdrawn_at IS NULL)",
                message="a template needs the standing biometric consent of the same person",
            )
        ),
        lift(
            refuse(
                "likeness_consentgrant_terms_fixed",
                table="likeness_consentgrant",
                on="UPDATE",
                when="NEW.scope <> OLD.scope OR NEW.text <> OLD.text OR NEW.text_sha256 <> OLD.text_sha256 "
                "OR NEW.starts <> OLD.starts OR NEW.ends IS DISTINCT FROM OLD.ends OR NEW.subject_id <> OLD.subject_id "
                'OR NEW."grant" <> OLD."grant" OR NEW.version <> OLD.version',
                message="the terms of a grant can not be changed: make a new version",
            )
        ),
        migrations.RunSQL("DELETE FROM likeness_biometrictemplate", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM likeness_subjectkey", migrations.RunSQL.noop),
    ]
