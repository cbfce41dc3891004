"""Messages to somebody else's address, against real servers: that answer, fail, hang, lead elsewhere, and never stop."""

import base64
import hashlib
import hmac
import itertools
import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from django_site.apps.accounts import webhook_sending, webhooks
from django_site.apps.accounts.models import Notice, Webhook, WebhookDelivery
from django_site.apps.accounts.webhook_sending import is_public, resolved, signature, url_checked
from django_site.apps.accounts.webhooks import (
    TRIES,
    wait_after,
    webhook_add,
    webhook_disable,
    webhook_emit,
    webhook_rotate,
    webhook_test,
    webhooks_settle,
)
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve, case_open, cases_settle
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


@pytest.fixture
def studio(make):
    return make.studio()


@pytest.fixture
def server(settings):
    """A server on this machine that does what ``answers`` says, in turn, and then answers 200."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    got, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(SimpleNamespace(path=self.path, headers=dict(self.headers), body=body))
            answer = answers.pop(0) if answers else 200
            if callable(answer):
                answer(self)
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - http.server looks for it by this name

        def log_message(self, *_) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{httpd.server_port}/hook?x=1", got=got, answers=answers)
    httpd.shutdown()
    httpd.server_close()


def told(studio, server, *events) -> tuple[Webhook, str]:
    return webhook_add(
        organisation=studio.organisation, url=server.url, events=events or ["case.opened"], by=studio.head_of_legal
    )


def later(minutes: float = 60 * 24 * 3):
    return timezone.now() + timedelta(minutes=minutes)


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def verified(message, secret: str) -> bool:
    """As a receiver checks it, by the specification's own words and not by our code."""
    said = f"{message.headers['webhook-id']}.{message.headers['webhook-timestamp']}.".encode() + message.body
    expected = "v1," + base64.b64encode(hmac.new(key_of(secret), said, hashlib.sha256).digest()).decode()
    return expected in message.headers["webhook-signature"].split(" ")


def test_what_happens_is_told_signed_and_without_names(make, studio, server):
    _, secret = told(studio, server, "case.opened", "case.decided", "case.late")
    decision = make.decision(studio.production, cut=(cut := make.cut(studio.production, studio.producer)))
    case = case_open(decision=decision, opened_by=studio.producer, cut=cut)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1))
    cases_settle()
    case_approve(case=case, by=studio.legal_reviewer, reason="Fine by Eileen.")
    assert webhooks_settle() == {"delivered": 3, "failed": 0, "given_up": 0}
    assert [json.loads(message.body)["type"] for message in server.got] == ["case.opened", "case.late", "case.decided"]
    for message in server.got:
        assert verified(message, secret)
        assert not verified(message, "whsec_" + base64.b64encode(bytes(32)).decode())
        assert message.path == "/hook?x=1"
        assert abs(int(message.headers["webhook-timestamp"]) - time.time()) < 60
        for word in (studio.production.title, str(studio.legal_reviewer), "Eileen", "Fine"):
            assert word not in message.body.decode()
    assert json.loads(server.got[2].body)["data"] == {
        "case": str(case.pk), "production": str(studio.production.pk), "kind": "clearance", "state": "approved",
    }  # fmt: skip
    assert len({message.headers["webhook-id"] for message in server.got}) == 3
    assert webhooks_settle() == {"delivered": 0, "failed": 0, "given_up": 0}


def test_the_specification_s_own_example():
    """Standard Webhooks, "Signature scheme" test vector of its reference libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature(
        [secret], message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_those_who_want_to_know_are_told(make, studio, server):
    webhook, _ = told(studio, server, "film.released")
    other = make.studio()
    assert webhook_emit(studio.organisation, "case.opened", {}) == 0
    assert webhook_emit(other.organisation, "film.released", {}) == 0
    assert webhook_emit(studio.organisation.pk, "film.released", {"cut": webhook.pk, "state": "released"}) == 1
    with pytest.raises(ValueError, match="no event"):
        webhook_emit(studio.organisation, "film.stolen", {})
    for said in ("Eileen Marsh", "a sentence", ["list"], "x" * 81, object()):
        with pytest.raises(ValueError, match="no id"):
            webhook_emit(studio.organisation, "film.released", {"who": said})


def test_what_was_rolled_back_is_told_to_nobody(studio, server):
    told(studio, server)
    with transaction.atomic():
        webhook_emit(studio.organisation, "case.opened", {})
        transaction.set_rollback(True)
    webhooks_settle()
    assert server.got == []


def test_a_failure_is_tried_again_later_under_the_same_id(studio, server):
    told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    webhook_emit(studio.organisation, "case.opened", {})
    server.answers += [500]
    assert webhooks_settle() == {"delivered": 0, "failed": 1, "given_up": 0}  # the second waits: the address fails now
    first = WebhookDelivery.objects.get(attempts=1)
    assert (first.last_status, first.state) == (500, "waiting")
    assert timedelta(seconds=60) < first.next_try_at - timezone.now() < timedelta(seconds=97)
    assert webhooks_settle()["delivered"] == 1  # the other one; the first is not due yet
    assert webhooks_settle(now=later(2))["delivered"] == 1
    ids = [message.headers["webhook-id"] for message in server.got]
    assert ids[0] == ids[2]
    assert ids[0] != ids[1]
    first.refresh_from_db()
    assert (first.state, first.attempts, first.last_status) == ("delivered", 2, 200)


def test_after_eight_tries_over_a_day_it_is_given_up_and_said(studio, server):
    webhook, _ = told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    now = began = timezone.now()
    for tried in range(1, TRIES + 1):
        server.answers += [503]
        outcome = webhooks_settle(now=now)
        delivery = WebhookDelivery.objects.get()
        assert delivery.attempts == tried
        now = delivery.next_try_at or now
    assert outcome == {"delivered": 0, "failed": 0, "given_up": 1}
    assert timedelta(hours=19) < now - began < timedelta(hours=30)
    assert delivery.state == "given_up"
    assert webhooks_settle(now=later()) == {"delivered": 0, "failed": 0, "given_up": 0}
    notice = Notice.objects.get(user=studio.head_of_legal)
    assert notice.url == reverse("webhooks:webhook", args=[webhook.pk])
    assert webhooks_settle(now=now + timedelta(days=31))["failed"] == 0
    assert not WebhookDelivery.objects.exists()


def test_waits_grow_and_are_spread():
    waits = [[wait_after(n) for _ in range(50)] for n in range(1, TRIES)]
    for one, next_one in itertools.pairwise(waits):
        assert max(one) < min(next_one)
        assert len(set(one)) > 1


def test_a_redirect_is_an_answer_and_no_way(studio, server):
    told(studio, server)
    for status in (301, 302, 307, 308):
        webhook_emit(studio.organisation, "case.opened", {})
        server.answers += [status]
        webhooks_settle(now=timezone.now() + timedelta(seconds=1))
    assert {message.path for message in server.got} == {"/hook?x=1"}
    assert set(WebhookDelivery.objects.exclude(state="delivered").values_list("last_status", flat=True)) >= {301}
    assert not WebhookDelivery.objects.filter(state="delivered").exists()


def test_an_address_that_hangs_or_trickles_is_left_after_its_time(studio, server, monkeypatch):
    monkeypatch.setattr(webhook_sending, "TIMEOUT", 0.6)
    told(studio, server)

    def hang(_) -> None:
        time.sleep(1.5)

    def trickle(handler) -> None:
        try:
            for letter in "HTTP/1.1 200 OK" + " " * 100:
                handler.wfile.write(letter.encode())
                handler.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    for behaviour in (hang, trickle):
        webhook_emit(studio.organisation, "case.opened", {})
        server.answers += [behaviour]
        began = time.monotonic()
        assert webhooks_settle()["failed"] == 1
        assert time.monotonic() - began < 1.4
    assert {one.last_error for one in WebhookDelivery.objects.all()} == {"no answer within 0.6 s"}


def test_a_huge_answer_is_not_read(studio, server):
    told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    sent = []

    def pour(handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        try:
            for _ in range(1000):
                sent.append(handler.wfile.write(bytes(10**6)))
        except OSError:
            pass

    server.answers += [pour]
    began = time.monotonic()
    assert webhooks_settle()["delivered"] == 1
    assert time.monotonic() - began < 3
    assert sum(sent) < 10**8


def test_rubbish_and_a_closed_door_are_no_answer(studio, server):
    told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    server.answers += [lambda handler: handler.wfile.write(b"\x00\xffrubbish\r\n\r\n")]
    assert webhooks_settle()["failed"] == 1
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Webhook.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
        assert webhooks_settle(now=later())["failed"] == 1
    assert "ConnectionRefusedError" in WebhookDelivery.objects.get().last_error


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "198.18.0.1", "203.0.113.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_the_public_s(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are(address):
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_address_is_as_public_wrapped_as_bare(number):
    import ipaddress

    bare = ipaddress.IPv4Address(number)
    assert is_public(f"::ffff:{bare}") == is_public(str(bare))
    assert not is_public(f"64:ff9b::{bare}") or is_public(str(bare))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "https://", "https://u:p@example.org/", "https://example.org/#a", "//x",
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://example.org:0/", "javascript:1",
        "https://example.org:99999/", "https://exa mple.org/", "https://[::1/", "https://example.org/" + "x" * 500,
        "https://example.org/\r\nHost: inside",
    ],
)  # fmt: skip
def test_addresses_that_are_not_kept(studio, url):
    with pytest.raises(InputError):
        url_checked(url)
    with pytest.raises(InputError):
        webhook_add(organisation=studio.organisation, url=url, events=["case.opened"], by=studio.head_of_legal)


def test_a_name_that_leads_inside_is_refused_when_it_is_sent_to(studio, monkeypatch):
    webhook, _ = webhook_add(
        organisation=studio.organisation, url="https://inside.example/", events=["case.opened"], by=studio.head_of_legal
    )
    webhook_emit(studio.organisation, "case.opened", {})
    connected = []
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: connected.append(a))
    mixed = [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: mixed)
    assert webhooks_settle()["failed"] == 1
    assert connected == []
    assert "10.0.0.7" in webhook.deliveries.get().last_error


def test_the_name_is_resolved_once_and_the_address_that_was_looked_at_is_connected_to(studio, server, monkeypatch):
    """A name that is public when it is looked at and private a moment later leads nowhere else."""
    port = int(server.url.split(":")[2].split("/")[0])
    asked = []
    plain = socket.getaddrinfo

    def lookup(host, *args, **kwargs):
        if host != "rebind.example":
            return plain(host, *args, **kwargs)  # what create_connection does with an address
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    Webhook.objects.all().delete()
    webhook_add(
        organisation=studio.organisation, url=f"http://rebind.example:{port}/", events=["case.opened"],
        by=studio.head_of_legal,
    )  # fmt: skip
    webhook_emit(studio.organisation, "case.opened", {})
    assert webhooks_settle()["delivered"] == 1
    assert asked == ["rebind.example"]
    assert server.got[0].headers["Host"] == f"rebind.example:{port}"
    with pytest.raises(InputError, match="not a public address"):
        resolved("rebind.example", port)


def test_the_secret_is_sealed_shown_once_and_replaced_with_a_day_of_both(studio, server):
    webhook, old = told(studio, server)
    webhook.refresh_from_db()
    for sealed in (bytes(webhook.sealed), connection.ops.quote_name("x").encode()):
        assert key_of(old) not in sealed
    Webhook.objects.filter(pk=webhook.pk).update(url=server.url)
    new = webhook_rotate(webhook=webhook, by=studio.head_of_legal)
    assert new != old
    webhook_emit(studio.organisation, "case.opened", {})
    webhooks_settle()
    assert verified(server.got[0], old)
    assert verified(server.got[0], new)
    webhook_emit(studio.organisation, "case.opened", {})
    webhooks_settle(now=later())
    assert not verified(server.got[1], old)
    assert verified(server.got[1], new)


def test_a_secret_that_stands_on_another_row_does_not_open(studio, server):
    one, _ = told(studio, server)
    other, _ = told(studio, server)
    Webhook.objects.filter(pk=one.pk).update(sealed=Webhook.objects.get(pk=other.pk).sealed)
    Webhook.objects.filter(pk=other.pk).update(disabled_at=timezone.now(), disabled_by=studio.head_of_legal)
    webhook_emit(studio.organisation, "case.opened", {})
    assert webhooks_settle()["failed"] == 1
    assert "secret can't be opened" in WebhookDelivery.objects.get().last_error
    assert server.got == []


def test_an_address_that_was_ended_is_told_nothing_not_even_what_waits(studio, server):
    webhook, _ = told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    webhook_disable(webhook=webhook, by=studio.head_of_legal)
    assert webhook_emit(studio.organisation, "case.opened", {}) == 0
    webhooks_settle(now=later())
    assert server.got == []
    for act in (webhook_test, webhook_rotate, webhook_disable):
        with pytest.raises(WrongStateError):
            act(webhook=webhook, by=studio.head_of_legal)
    for person in (studio.producer, studio.legal_reviewer):
        with pytest.raises(NotAllowedError):
            webhook_add(organisation=studio.organisation, url=server.url, events=["case.opened"], by=person)


def test_a_message_that_another_process_has_claimed_is_left_to_it(studio, server, monkeypatch):
    told(studio, server)
    webhook_emit(studio.organisation, "case.opened", {})
    inner = []

    def meanwhile(*args, **kwargs):
        inner.append(webhooks_settle())  # a second sweeper while the first sends
        return webhook_sending.Answer(200)

    monkeypatch.setattr(webhooks, "message_send", meanwhile)
    assert webhooks_settle()["delivered"] == 1
    assert inner == [{"delivered": 0, "failed": 0, "given_up": 0}]


def test_the_pages(studio, server):
    client = Client()
    client.force_login(studio.head_of_legal, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("webhooks:add")
    assert client.post(url, {"url": server.url}).status_code == 400
    assert client.post(url, {"url": "http://u:p@x/", "events": ["case.opened"]}).status_code == 400
    page = client.post(url, {"url": server.url, "events": ["case.opened", "film.recalled"]})
    webhook = Webhook.objects.get()
    assert "whsec_" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    about = reverse("webhooks:webhook", args=[webhook.pk])
    assert "whsec_" not in client.get(about).content.decode()
    client.post(reverse("webhooks:test", args=[webhook.pk]))
    webhooks_settle()
    assert json.loads(server.got[0].body)["type"] == "webhook.test"
    assert "Delivered" in client.get(about).content.decode()
    assert "whsec_" in client.post(reverse("webhooks:rotate", args=[webhook.pk])).content.decode()
    client.post(reverse("webhooks:disable", args=[webhook.pk]))
    assert "ended" in client.get(reverse("webhooks:list")).content.decode()
