"""What is signed besides cuts, who signs, and each use of a key."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside, append_only, lift, refuse


_ONLY_TRUSTED = refuse(
    "provenance_release_only_trusted",
    table="provenance_release",
    on="INSERT",
    when="NOT EXISTS (SELECT 1 FROM provenance_manifest m JOIN provenance_signingintent i ON i.id = m.intent_id "
    "WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' AND i.cut_id = NEW.cut_id)",
    message="a release needs a manifest of that cut that was re-read as Trusted",
)
_ASSET_TRUSTED = refuse(
    "audits_asset_released_only_trusted",
    table="audits_asset",
    on="UPDATE",
    when="NEW.zone = 'released' AND OLD.zone <> 'released' AND NOT EXISTS ("
    "SELECT 1 FROM provenance_manifest m WHERE m.asset_id = NEW.id AND m.state = 'Trusted')",
    message="an asset is released only with a manifest that was re-read as Trusted",
)


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0010_policies_refusals"),
        ("jobs", "0007_make_output"),
        ("productions", "0008_awaiting_time"),
        ("provenance", "0004_binders"),
        ("reviews", "0007_set_aside"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
                migrations.CreateModel(
                    name="KeyUse",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "purpose",
                            models.CharField(
                                choices=[
                                    ("claim", "Signed a record"),
                                    ("organisation", "Said which organisation stands behind it"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("digest_sha256", django_site.records.Sha256Field(max_length=64)),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="Output",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("still", "Still"),
                                    ("storyboard", "Contact sheet"),
                                    ("descriptions", "Description track"),
                                    ("stream", "Package for streaming"),
                                ],
                                max_length=14,
                            ),
                        ),
                        ("parameters", models.JSONField(blank=True, default=dict)),
                        ("parameters_sha256", django_site.records.Sha256Field(max_length=64)),
                        ("companions", models.JSONField(blank=True, default=dict)),
                        ("reason", models.TextField(blank=True)),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="SigningCertificate",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ("key_id", django_site.records.Sha256Field(max_length=64, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("organisation_name", models.CharField(max_length=200)),
                        ("algorithm", models.CharField(max_length=10)),
                        ("chain_pem", models.TextField()),
                        ("not_before", models.DateTimeField()),
                        ("not_after", models.DateTimeField()),
                        ("development", models.BooleanField()),
                        ("retired_at", models.DateTimeField(null=True)),
                        ("warned_days", models.PositiveIntegerField(null=True)),
                    ],
                    options={
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.RemoveConstraint(
                    model_name="signingintent",
                    name="intent_state_known",
                ),
                migrations.RemoveConstraint(
                    model_name="signingintent",
                    name="one_open_intent_a_cut",
                ),
                migrations.RemoveConstraint(
                    model_name="signingintent",
                    name="intent_abandoned_has_reason",
                ),
                migrations.AddField(
                    model_name="signingintent",
                    name="kind",
                    field=models.CharField(
                        choices=[("cut", "Film"), ("take", "Take"), ("output", "Made from a film")],
                        default="cut",
                        max_length=10,
                    ),
                ),
                migrations.AddField(
                    model_name="signingintent",
                    name="retry_at",
                    field=models.DateTimeField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="signingintent",
                    name="take",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_intents",
                        to="productions.take",
                    ),
                ),
                migrations.AddField(
                    model_name="signingintent",
                    name="waited",
                    field=models.PositiveIntegerField(default=0),
                ),
                migrations.AlterField(
                    model_name="signingintent",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("waiting", "Waiting for a time stamp"),
                            ("signed", "Signed"),
                            ("abandoned", "Abandoned"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                migrations.AddField(
                    model_name="keyuse",
                    name="intent",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key_uses",
                        to="provenance.signingintent",
                    ),
                ),
                migrations.AddField(
                    model_name="output",
                    name="asset",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audits.asset"
                    ),
                ),
                migrations.AddField(
                    model_name="output",
                    name="job",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
                migrations.AddField(
                    model_name="output",
                    name="made_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                migrations.AddField(
                    model_name="output",
                    name="manifest",
                    field=models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="output",
                        to="provenance.manifest",
                    ),
                ),
                migrations.AddField(
                    model_name="output",
                    name="release",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="outputs", to="provenance.release"
                    ),
                ),
                migrations.AddField(
                    model_name="manifest",
                    name="sidecar",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audits.asset"
                    ),
                ),
                migrations.AddField(
                    model_name="signingintent",
                    name="output",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signing_intents",
                        to="provenance.output",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "waiting", "signed", "abandoned"])),
                        name="intent_state_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["cut", "take", "output"])), name="intent_kind_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "cut"), ("output__isnull", True), ("take__isnull", True)),
                            models.Q(("kind", "take"), ("output__isnull", True), ("take__isnull", False)),
                            models.Q(("kind", "output"), ("output__isnull", False), ("take__isnull", True)),
                            _connector="OR",
                        ),
                        name="intent_names_its_subject",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "cut"), ("state__in", ("open", "waiting"))),
                        fields=("cut",),
                        name="one_open_intent_a_cut",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "take"), ("state__in", ("open", "waiting"))),
                        fields=("take",),
                        name="one_open_intent_a_take",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("kind", "output"), ("state__in", ("open", "waiting"))),
                        fields=("output",),
                        name="one_open_intent_an_output",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["abandoned", "waiting"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="intent_abandoned_has_reason",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingintent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retry_at__isnull", False), ("state", "waiting")),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("retry_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="intent_waits_until",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingcertificate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("key_id__regex", "^[0-9a-f]{64}$")), name="certificate_key_id"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signingcertificate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("not_after__gt", models.F("not_before"))), name="certificate_lasts"
                    ),
                ),
                migrations.AddField(
                    model_name="keyuse",
                    name="certificate",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="provenance.signingcertificate",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="output",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["still", "storyboard", "descriptions", "stream"])),
                        name="output_kind_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="output",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("parameters_sha256__regex", "^[0-9a-f]{64}$")),
                        name="output_parameters_sha256",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="output",
                    constraint=models.UniqueConstraint(
                        fields=("release", "kind", "parameters_sha256"), name="output_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="output",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("manifest__isnull", True), ("asset__isnull", False), _connector="OR"),
                        name="output_was_made",
                    ),
                ),
                migrations.AddIndex(
                    model_name="keyuse",
                    index=models.Index(fields=["-created_at", "-id"], name="key_use_newest"),
                ),
                migrations.AddConstraint(
                    model_name="keyuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["claim", "organisation"])), name="key_use_purpose_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="keyuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("digest_sha256__regex", "^[0-9a-f]{64}$")), name="key_use_digest"
                    ),
                ),
            ]
        ),
        *append_only("provenance_keyuse", what="the log of key uses"),
        refuse(
            "provenance_certificate_no_delete",
            table="provenance_signingcertificate",
            on="DELETE",
            message="a certificate that signed is part of the record: it can not be deleted",
        ),
        refuse(
            "provenance_certificate_is_itself",
            table="provenance_signingcertificate",
            on="UPDATE",
            when="NEW.key_id <> OLD.key_id OR NEW.chain_pem <> OLD.chain_pem OR NEW.not_after <> OLD.not_after",
            message="a certificate can not be changed: replace it by another",
        ),
        refuse(
            "provenance_output_no_delete",
            table="provenance_output",
            on="DELETE",
            message="what was made from a release is part of the record: it can not be deleted",
        ),
        refuse(
            "provenance_output_signed_once",
            table="provenance_output",
            on="UPDATE",
            when="OLD.manifest_id IS NOT NULL OR NEW.release_id <> OLD.release_id OR NEW.kind <> OLD.kind "
            "OR NEW.parameters_sha256 <> OLD.parameters_sha256",
            message="what was signed is never changed: make another",
        ),
        refuse(
            "provenance_output_only_trusted",
            table="provenance_output",
            on="UPDATE",
            when="NEW.manifest_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM provenance_manifest m "
            "JOIN provenance_signingintent i ON i.id = m.intent_id WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' "
            "AND i.output_id = NEW.id) OR EXISTS (SELECT 1 FROM provenance_recall c WHERE c.release_id = NEW.release_id))",
            message="it is handed out only with a manifest of its own that was re-read as Trusted, and while the film is out",
        ),
        lift(_ONLY_TRUSTED),
        refuse(
            "provenance_release_only_trusted",
            table="provenance_release",
            on="INSERT",
            when="NOT EXISTS (SELECT 1 FROM provenance_manifest m JOIN provenance_signingintent i ON i.id = m.intent_id "
            "WHERE m.id = NEW.manifest_id AND m.state = 'Trusted' AND i.cut_id = NEW.cut_id AND i.kind = 'cut')",
            message="a release needs a manifest of that cut that was re-read as Trusted",
        ),
        lift(_ASSET_TRUSTED),
        refuse(
            "audits_asset_released_only_trusted",
            table="audits_asset",
            on="UPDATE",
            when="NEW.zone = 'released' AND OLD.zone <> 'released' AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m JOIN provenance_release r ON r.manifest_id = m.id "
            "WHERE m.asset_id = NEW.id AND m.state = 'Trusted') AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m JOIN provenance_output o ON o.manifest_id = m.id "
            "WHERE m.asset_id = NEW.id AND m.state = 'Trusted') AND NOT EXISTS ("
            "SELECT 1 FROM provenance_manifest m WHERE m.sidecar_id = NEW.id AND m.state = 'Trusted' AND ("
            "EXISTS (SELECT 1 FROM provenance_release r WHERE r.manifest_id = m.id) "
            "OR EXISTS (SELECT 1 FROM provenance_output o WHERE o.manifest_id = m.id)))",
            message="an asset is released only with a manifest that was re-read as Trusted",
        ),
    ]
