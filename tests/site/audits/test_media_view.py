"""Serving files: ranges as RFC 9110 wants them, and nothing to anybody who may not see it."""

import uuid

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from django_site.apps.audits.models import Asset
from django_site.apps.reviews.models import AccessLog
from django_site.ranges import UnsatisfiableError, parse_range

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=99-", (99, 100)),
    ],
)
def test_ranges_that_are_served(header, expected):
    found = parse_range(header, 100)
    assert (found.start, found.end) == expected


@pytest.mark.parametrize(
    "header", ["", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=٣-٤"]
)
def test_ranges_that_are_ignored(header):
    assert parse_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999999999999-"])
def test_ranges_beyond_the_end(header):
    with pytest.raises(UnsatisfiableError):
        parse_range(header, 100)


@given(st.text(max_size=40), st.integers(0, 1000))
def test_no_header_breaks_the_parser(text, size):
    for header in (text, f"bytes={text}"):
        try:
            found = parse_range(header, size)
        except UnsatisfiableError:
            continue
        assert found is None or 0 <= found.start < found.end <= size


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.take = make.take(make.shot(studio.production), studio.producer, asset=make.asset(CONTENT))
    studio.url = reverse("audits:media", args=[studio.take.asset_id])
    return studio


@pytest.fixture
def watch(client, studio):
    client.force_login(studio.producer)

    def get(method="get", **headers):
        return getattr(client, method)(studio.url, headers=headers)

    return get


pytestmark = pytest.mark.django_db


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_whole_file(watch, studio):
    response = watch()
    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{studio.take.asset.sha256}"'
    assert response["Content-Type"] == "video/mp4"


def test_a_part_of_it(watch):
    response = watch(range="bytes=100-199")
    assert response.status_code == 206
    assert body(response) == CONTENT[100:200]
    assert response["Content-Range"] == f"bytes 100-199/{SIZE}"
    assert response["Content-Length"] == "100"


def test_the_end_of_it(watch):
    response = watch(range="bytes=-7")
    assert (response.status_code, body(response)) == (206, CONTENT[-7:])


def test_beyond_the_end(watch):
    response = watch(range=f"bytes={SIZE}-")
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert body(response) == b""


def test_several_ranges_give_the_whole(watch):
    assert watch(range="bytes=0-1,4-5").status_code == 200


def test_head_tells_the_size_and_sends_nothing(watch):
    response = watch("head", range="bytes=0-9")
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert body(response) == b""


def test_if_range_with_the_tag_continues_and_with_another_starts_anew(watch, studio):
    tag = f'"{studio.take.asset.sha256}"'
    assert watch(range="bytes=0-9", if_range=tag).status_code == 206
    for other in ('"other"', f"W/{tag}", "Wed, 21 Oct 2026 07:28:00 GMT"):
        response = watch(range="bytes=0-9", if_range=other)
        assert (response.status_code, len(body(response))) == (200, SIZE)


def test_what_the_browser_has_is_not_sent_again(watch, studio):
    assert watch(if_none_match=f'"{studio.take.asset.sha256}"').status_code == 304
    assert watch(if_none_match='"other"').status_code == 200


def test_files_are_inert_and_quarantined_ones_are_kept_nowhere(watch):
    response = watch()
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert "reelproof-" in response["Content-Disposition"]


def test_a_type_that_we_do_not_know_is_only_handed_over(client, make, studio):
    asset = make.asset(b"<script>alert(1)</script>", "text/html")
    make.take(make.shot(studio.production, 5), studio.producer, asset=asset)
    client.force_login(studio.producer)
    response = client.get(reverse("audits:media", args=[asset.pk]))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


def test_other_methods_are_refused(watch):
    assert watch("post").status_code == 405


def test_looking_is_written_down_once_in_a_while(watch, studio):
    for _ in range(3):
        watch(range="bytes=0-9")
    assert AccessLog.objects.filter(user=studio.producer, asset=studio.take.asset).count() == 1


def test_who_may_see_what_is_in_quarantine(client, make, studio):
    other = make.studio()
    performer = make.member(studio.organisation, "performer")
    colleague = make.member(studio.organisation, "producer")
    seen = {}
    everybody = {
        "its producer": studio.producer,
        "its legal reviewer": studio.legal_reviewer,
        "its head of legal": studio.head_of_legal,
        "a producer of the house who is not on it": colleague,
        "a performer of the house": performer,
        "another house's producer": other.producer,
        "another house's head of legal": other.head_of_legal,
        "a visitor": None,
    }
    for who, user in everybody.items():
        client.logout()
        if user:
            client.force_login(user)
        seen[who] = client.get(studio.url).status_code
    assert {who for who, status in seen.items() if status == 200} == {
        "its producer",
        "its legal reviewer",
        "its head of legal",
    }
    assert set(seen.values()) == {200, 404}


def test_what_does_not_exist_and_what_is_not_linked_to_anything_look_alike(client, make, studio):
    client.force_login(studio.producer)
    loose = make.asset(b"nobody's")
    assert client.get(reverse("audits:media", args=[loose.pk])).status_code == 404
    assert client.get(reverse("audits:media", args=[uuid.uuid4()])).status_code == 404


def test_evidence_and_the_work_beside_it_are_shown_to_those_who_decide(client, make, studio):
    from django_site.apps.audits.models import EvidenceFrame, Finding
    from django_site.apps.corpora.models import WorkAsset

    other = make.studio()
    work = make.work(other.organisation)
    reference = make.asset(b"the work")
    WorkAsset.objects.create(work=work, asset=reference)
    audit = make.audit(studio.production, studio.take.asset, take=studio.take)
    finding = Finding.objects.create(
        audit=audit, position=0, kind="copy", start=0, end=1, score=0.9, plain="x", work=work
    )
    frame = make.asset(b"jpeg", "image/jpeg")
    EvidenceFrame.objects.create(finding=finding, position=0, query_seconds=0, query=frame)
    for asset in (reference, frame):
        url = reverse("audits:media", args=[asset.pk])
        client.force_login(studio.legal_reviewer)
        assert client.get(url).status_code == 200
        client.force_login(make.member(studio.organisation, "producer"))
        assert client.get(url).status_code == 404


def test_queries_do_not_grow_with_what_there_is(make, studio, client, django_assert_max_num_queries):
    for number in range(2, 8):
        make.take(make.shot(studio.production, number + 10), studio.producer, asset=make.asset())
    client.force_login(studio.producer)
    with django_assert_max_num_queries(7):
        client.get(studio.url)
    assert Asset.objects.count() > 6
