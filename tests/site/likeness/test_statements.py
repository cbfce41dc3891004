"""What a person takes along: complete, without templates, the same bytes twice, and hostile text that stays text."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_site.apps.likeness.claims import claim_raise
from django_site.apps.likeness.models import CompensationEntry, CustodyEvent, UseEvent
from django_site.apps.likeness.receipts import SCHEMA, biometric_receipt, grant_receipt
from django_site.apps.likeness.services import (
    biometric_consent_record,
    biometric_consent_withdraw,
    grant_offer,
    grant_sign,
    grant_withdraw,
    subject_enrol,
)
from django_site.apps.likeness.statement_pdf import statement_pdf
from django_site.apps.likeness.statements import SCHEMA_VERSION, person_document
from tests.clips import ASTRONAUT

pytestmark = pytest.mark.django_db
HOSTILE = '#panic("x") *bold* $a^2$ \\ #import "/etc/passwd": * <label> `raw` = heading'


def signed(registered, **fields):
    values = {"scope": registered.scope(), "text": "I allow it, within these limits."}
    grant = grant_offer(subject=registered.subject, by=registered.legal_reviewer, **{**values, **fields})
    return grant_sign(
        grant=grant, by=registered.performer, text_sha256_seen=grant.text_sha256, shown_sha256_seen=grant.shown_sha256
    )


def used(registered, make, grant, number: int = 1):
    take = make.take(make.shot(registered.production, position=number), registered.producer)
    use = UseEvent.objects.create(
        subject=registered.subject, grant=grant, production=registered.production, take=take, kind="render", seconds=1,
        spans=[["face", 0.5, 1.5]],
    )  # fmt: skip
    CompensationEntry.objects.create(
        subject=registered.subject, grant=grant, use=use, kind="use", amount="40.00", currency="USD", basis="one take",
        key=f"k{number}",
    )  # fmt: skip
    return use


def test_the_document_holds_all_of_it_and_no_template(registered, make):
    biometric_consent_record(subject=registered.subject, text="Measure my face.", by=registered.performer)
    [template] = subject_enrol(
        subject=registered.subject, portraits=[ASTRONAUT], business_reason="protection", source="scan",
        by=registered.performer,
    )  # fmt: skip
    grant = signed(registered)
    use = used(registered, make, grant)
    claim_raise(subject=registered.subject, kind="unpaid", text="Nothing was paid.", by=registered.performer, use=use)
    document = person_document(registered.subject)
    assert document["schema_version"] == SCHEMA_VERSION
    plain = json.dumps(document)
    assert json.loads(plain) == document
    assert bytes(template.ciphertext).hex() not in plain
    assert "ciphertext" not in plain
    assert document["biometrics"][0]["id"] == str(template.pk)
    assert document["originals"][0]["media_type"] == "image/png"
    assert [one["act"] for one in document["custody"]] == ["received", "measured"]
    [kept] = document["grants"]
    assert kept["signature"]["shown_sha256"] == grant.shown_sha256
    assert [change["to"] for change in kept["changes"]] == ["drafted", "noticed", "signed", "active"]
    assert document["uses"][0]["spans"] == [["face", 0.5, 1.5]]
    assert document["compensation_due"] == {"USD": "40.00"}
    assert document["claims"][0]["kind"] == "unpaid"
    assert registered.legal_reviewer.username not in plain  # others stand in it by pseudonym
    assert len(document["receipts"]) == 2


def test_more_rows_are_no_more_queries(registered, make):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            person_document(registered.subject)
        return len(caught.captured_queries)

    used(registered, make, signed(registered))
    few = queries()
    for number in range(2, 6):
        used(registered, make, signed(registered), number)
    assert queries() == few


def test_the_pdf_is_tagged_and_the_same_twice(registered, make):
    used(registered, make, signed(registered))
    document = person_document(registered.subject)
    first, second = statement_pdf(document), statement_pdf(document)
    assert first == second
    assert first.startswith(b"%PDF-")
    assert b"pdfuaid" in first  # the declaration of ISO 14289 in the metadata
    assert re.search(rb"/Marked\s+true", first) or b"/StructTreeRoot" in first


def test_nobody_and_nothing_makes_a_statement_too(registered):
    assert statement_pdf(person_document(registered.subject)).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "name",
    [HOSTILE, "נור אל-האדי", "نور الهادي", "Łukasz Żółć-Ðorđević", "日本 太郎 😀", "a\u202eb\x07c\x00", "x" * 200, "-"],
)
def test_any_name_and_any_text_survive(registered, make, name):
    type(registered.subject).objects.filter(pk=registered.subject.pk).update(
        legal_name=name.replace("\x00", ""), stage_name=""
    )
    registered.subject.refresh_from_db()
    type(registered.production).objects.filter(pk=registered.production.pk).update(title=name.replace("\x00", ""))
    registered.production.refresh_from_db()
    grant = signed(registered, text=f"{name.replace(chr(0), '')}\n\n{HOSTILE}")
    used(registered, make, grant)
    document = person_document(registered.subject)
    assert document["subject"]["legal_name"] == name.replace("\x00", "")
    made = statement_pdf(document)
    assert made.startswith(b"%PDF-")
    assert made == statement_pdf(document)


def test_a_thousand_uses_make_a_pdf_in_seconds(registered, make):
    grant = signed(registered)
    used(registered, make, grant)
    document = person_document(registered.subject)
    document["uses"] = document["uses"] * 1000
    began = timezone.now()
    assert statement_pdf(document).startswith(b"%PDF-")
    assert (timezone.now() - began).total_seconds() < 10


def test_a_receipt_of_a_grant_tells_its_whole_history(registered):
    grant = signed(registered, scope=registered.scope(acts=["render", "fine_tune"]))
    grant_withdraw(grant=grant, by=registered.performer, reason="Enough.")
    receipt = grant_receipt(grant)
    assert receipt["schema"] == SCHEMA
    assert receipt["record_id"] == str(grant.pk)
    assert receipt["pii_principal_id"] == str(registered.subject.pk)
    processing = receipt["pii_processing"]
    assert processing["privacy_notice"]["sha256"] == grant.text_sha256
    assert [one["purpose_type"] for one in processing["purposes"]] == ["render", "fine_tune"]
    assert processing["purposes"][0]["geographic_restrictions"] == ["US", "DE"]
    states = [event["event_state"] for event in receipt["events"]]
    assert states == ["requested", "requested", "given", "given", "withdrawn"]
    assert receipt["party_identification"][0]["party_name"] == registered.organisation.name
    json.dumps(receipt)


def test_a_receipt_of_a_release_says_when_it_ended(registered):
    consent = biometric_consent_record(subject=registered.subject, text="Measure my face.", by=registered.performer)
    biometric_consent_withdraw(subject=registered.subject, by=registered.performer, reason="")
    consent.refresh_from_db()
    receipt = biometric_receipt(consent)
    assert [event["event_state"] for event in receipt["events"]] == ["given", "withdrawn"]
    [purpose] = receipt["pii_processing"]["purposes"]
    assert purpose["pii_information"][0]["special_pii_category"] is True
    assert purpose["retention_period"]["destroy_by"] == consent.destroy_by.isoformat()
    assert not CustodyEvent.objects.exists()
