"""The lifecycle of a grant against a model of it: whatever people, strikes and time do in whatever order, the rules hold."""

from datetime import timedelta
from itertools import pairwise
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from django_site.apps.audits.people_facts import grant_fact
from django_site.apps.likeness.lifecycle import GRANT_FROM, OVER, UNION_NOTICE, legal_moves_sql
from django_site.apps.likeness.models import ConsentGrant, GrantChange, GrantSignature, GrantState, Strike, UseEvent
from django_site.apps.likeness.services import (
    Signing,
    grant_decline,
    grant_draft,
    grant_notice,
    grant_resume,
    grant_revoke,
    grant_sign,
    grant_suspend,
    grant_withdraw,
    grants_settle,
    strike_declare,
    strike_end,
)
from django_site.errors import InputError, NotAllowedError, SiteError
from tests.site.conftest import Make

pytestmark = pytest.mark.django_db

UNION = "SAG-AFTRA"
#: What an action may be refused with; anything else is a fault.
REFUSALS = (SiteError,)


class Lifecycle(RuleBasedStateMachine):
    """One performer of a union and one who is not, their grants and versions, strikes, and a clock that only goes on."""

    @initialize(union=st.booleans())
    def begin(self, union):
        make = Make()
        self.clock = timezone.now()
        self.studio = make.studio()
        self.performer = make.member(self.studio.organisation, "performer")
        self.subject = make.subject(self.studio.organisation, user=self.performer, union=UNION if union else "")
        self.take = make.take(make.shot(self.studio.production), self.studio.producer)
        self.make = make
        self.model: dict = {}  # primary key -> the state that it must be in
        self.struck: set = set()  # keys that the standing strike suspended
        for ends in (None, self.clock + timedelta(days=9)):  # so that an example need not begin at the very beginning
            grant = self._drafted(ends)
            grant_notice(grant=grant, by=self.studio.producer, at=self.clock - timedelta(days=3))
            self.model[grant.pk] = GrantState.NOTICED
        grant_sign(grant=grant, by=self.performer, text_sha256_seen=grant.text_sha256)
        self.model[grant.pk] = GrantState.ACTIVE

    def _drafted(self, ends):
        return grant_draft(
            subject=self.subject, text="I allow it.", by=self.studio.producer, ends=ends, starts=self.clock,
            scope=self._scope(),
        )  # fmt: skip

    def _scope(self):
        return {
            "projects": [str(self.studio.production.pk)], "uses": ["film"], "media": ["*"], "territories": ["*"],
            "modalities": ["face"], "replica_kind": "independent", "description": "The keeper, two scenes",
        }  # fmt: skip

    def grants(self):
        return list(ConsentGrant.objects.order_by("created_at", "version"))

    def _try(self, action, **fields):
        """Do it, or be refused with one clear sentence and nothing changed."""
        before = self._photograph()
        try:
            with transaction.atomic(), mock.patch.object(timezone, "now", return_value=self.clock):
                return action(**fields)
        except REFUSALS as refusal:
            assert str(refusal)  # noqa: PT017 - which refusal it is depends on the model
            assert self._photograph() == before, "a refused action left something behind"
            return None

    def _photograph(self):
        changes = GrantChange.objects.count(), GrantSignature.objects.count(), Strike.objects.count()
        return sorted(ConsentGrant.objects.values_list("pk", "state", "reason", "strike")), changes

    def _is(self, grant, *states):
        return self.model.get(grant.pk) in states

    def _pick(self, number):
        grants = self.grants()
        return grants[number % len(grants)] if grants else None

    # what people do

    @rule(begins_in=st.integers(-1, 3), lasts=st.integers(1, 6), open_ended=st.booleans(), amends=st.integers(0, 9))
    def draft(self, begins_in, lasts, open_ended, amends):
        earlier = self._pick(amends) if amends % 2 else None
        starts = self.clock + timedelta(days=begins_in)
        fields = {
            "subject": self.subject,
            "text": f"I allow it, {begins_in} {lasts}.",
            "by": self.studio.producer,
            "starts": starts,
            "ends": None if open_ended else starts + timedelta(days=lasts),
            "amends": earlier,
            "scope": self._scope(),
        }
        made = self._try(grant_draft, **fields)
        if made is not None:
            assert made.version == (1 if earlier is None else made.version)
            self.model[made.pk] = GrantState.DRAFTED
        else:
            assert fields["ends"] is not None
            assert fields["ends"] <= self.clock

    @rule(which=st.integers(0, 9))
    def offer(self, which):
        grant = self._pick(which)
        if grant is None:
            return
        moved = self._try(grant_notice, grant=grant, by=self.studio.producer)
        assert (moved is not None) == self._is(grant, GrantState.DRAFTED)
        if moved is not None:
            wait = UNION_NOTICE if self.subject.union else timedelta(0)
            assert moved.may_sign_from - moved.noticed_at == wait
            self.model[grant.pk] = GrantState.NOTICED

    @rule(which=st.integers(0, 9), reads_another_text=st.booleans())
    def sign(self, which, reads_another_text):
        grant = self._pick(which)
        if grant is None:
            return
        seen = "0" * 64 if reads_another_text else grant.text_sha256
        fields = {"grant": grant, "by": self.performer, "text_sha256_seen": seen, "signing": Signing("192.0.2.7")}
        moved = self._try(grant_sign, **fields)
        may = (
            self._is(grant, GrantState.NOTICED)
            and not reads_another_text
            and self.clock >= grant.may_sign_from
            and (grant.ends is None or grant.ends > self.clock)
            and not any(one.version > grant.version for one in self._versions_standing(grant))
        )
        assert (moved is not None) == may
        if may and grant.starts <= self.clock:
            self._begins(grant)
        elif may:
            self.model[grant.pk] = GrantState.SIGNED

    def _versions_standing(self, grant):
        standing = (GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED)
        return [one for one in self.grants() if one.grant == grant.grant and self._is(one, *standing)]

    def _begins(self, grant):
        for other in self._versions_standing(grant):
            if other.version < grant.version:
                self.model[other.pk] = GrantState.AMENDED
                self.struck.discard(other.pk)
        self.model[grant.pk] = GrantState.ACTIVE

    @rule(which=st.integers(0, 9), stranger=st.booleans())
    def decline(self, which, stranger):
        self._end(which, stranger, grant_decline, GrantState.DECLINED, (GrantState.DRAFTED, GrantState.NOTICED))

    @rule(which=st.integers(0, 9), stranger=st.booleans())
    def suspend(self, which, stranger):
        self._end(which, stranger, grant_suspend, GrantState.SUSPENDED, (GrantState.ACTIVE,))

    @rule(which=st.integers(0, 9), stranger=st.booleans())
    def withdraw(self, which, stranger):
        standing = (GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED)
        self._end(which, stranger, grant_withdraw, GrantState.WITHDRAWN, standing)

    @rule(which=st.integers(0, 9))
    def give_up(self, which):
        came_from = GRANT_FROM[GrantState.REVOKED]
        self._end(which, False, grant_revoke, GrantState.REVOKED, tuple(came_from), by=self.studio.legal_reviewer)

    def _end(self, which, stranger, action, to, came_from, by=None):
        grant = self._pick(which)
        if grant is None:
            return
        by = self.studio.producer if stranger else by or self.performer
        moved = self._try(action, grant=grant, by=by, reason="I would rather not.")
        assert (moved is not None) == (not stranger and self._is(grant, *came_from))
        if moved is not None:
            self.model[grant.pk] = to
            self.struck.discard(grant.pk)

    @rule(which=st.integers(0, 9))
    def resume(self, which):
        grant = self._pick(which)
        if grant is None:
            return
        moved = self._try(grant_resume, grant=grant, by=self.performer)
        others = [one for one in self.grants() if one.grant == grant.grant and self._is(one, GrantState.ACTIVE)]
        may = (
            self._is(grant, GrantState.SUSPENDED)
            and grant.pk not in self.struck
            and (grant.ends is None or grant.ends > self.clock)
        )
        assert not (may and others), "two versions can't both stand"
        assert (moved is not None) == may
        if may:
            self.model[grant.pk] = GrantState.ACTIVE

    # what others do

    @rule()
    def strike_begins(self):
        fields = {"union": UNION, "reason": "Announced today.", "organisation": self.studio.organisation}
        strike = self._try(strike_declare, **fields, by=self.studio.head_of_legal)
        if strike is not None and self.subject.union:
            for pk, state in self.model.items():
                if state == GrantState.ACTIVE:
                    self.model[pk] = GrantState.SUSPENDED
                    self.struck.add(pk)

    @precondition(lambda self: Strike.objects.filter(ended_at__isnull=True).exists())
    @rule()
    def strike_is_over(self):
        strike = Strike.objects.get(ended_at__isnull=True)
        fields = {"strike": strike, "organisation": self.studio.organisation, "by": self.studio.head_of_legal}
        assert self._try(strike_end, **fields) is not None
        for grant in self.grants():
            if grant.pk in self.struck and (grant.ends is None or grant.ends > self.clock):
                self.model[grant.pk] = GrantState.ACTIVE
        self.struck.clear()

    @rule(hours=st.sampled_from([1, 24, 47, 48, 96, 240]))
    def time_passes(self, hours):
        self.clock += timedelta(hours=hours)

    @rule()
    def sweep(self):
        self._try(grants_settle, now=self.clock)
        standing = (GrantState.SIGNED, GrantState.ACTIVE, GrantState.SUSPENDED)
        for grant in self.grants():
            if grant.ends is not None and grant.ends <= self.clock and self._is(grant, *standing):
                self.model[grant.pk] = GrantState.EXPIRED
                self.struck.discard(grant.pk)
        for grant in sorted(self.grants(), key=lambda one: one.version):
            if self._is(grant, GrantState.SIGNED) and grant.starts <= self.clock:
                self._begins(grant)

    # what must always hold

    @invariant()
    def every_grant_is_where_the_model_says(self):
        if hasattr(self, "model"):
            assert {grant.pk: grant.state for grant in self.grants()} == self.model

    @invariant()
    def in_force_means_signed_for_exactly_these_words(self):
        if not hasattr(self, "model"):
            return
        for grant in self.grants():
            signature = GrantSignature.objects.filter(grant=grant).first()
            if grant.signed_at is None:
                assert signature is None
                continue
            assert (signature.text_sha256, signature.shown_sha256) == (grant.text_sha256, grant.shown_sha256)
            assert grant.signed_at >= grant.may_sign_from
            assert signature.signed_by_id == self.performer.pk

    @invariant()
    def at_most_one_version_is_in_force(self):
        if hasattr(self, "model"):
            active = [grant.grant for grant in self.grants() if grant.state == GrantState.ACTIVE]
            assert len(active) == len(set(active))

    @invariant()
    def the_record_of_changes_is_the_path_that_was_taken(self):
        if not hasattr(self, "model"):
            return
        for grant in self.grants():
            path = list(grant.changes.order_by("id").values_list("came_from", "to"))
            assert path[0] == ("", "drafted")
            assert path[-1][1] == grant.state
            for (_, reached), (left, to) in pairwise(path):
                assert left == reached
                assert left in GRANT_FROM[to]

    @invariant()
    def a_likeness_is_used_only_while_its_grant_is_in_force(self):
        if not hasattr(self, "model"):
            return
        for grant in self.grants():
            assert grant_fact(grant, at=self.clock).active == (
                grant.state == GrantState.ACTIVE
                and grant.starts <= self.clock
                and (grant.ends is None or self.clock < grant.ends)
            )
            savepoint = transaction.savepoint_create()
            try:
                with transaction.atomic():
                    UseEvent.objects.create(
                        subject=self.subject, grant=grant, production=self.studio.production, kind="render",
                        take=self.take, seconds=1,
                    )  # fmt: skip
                used = True
            except DatabaseError:
                used = False
            transaction.savepoint_rollback(savepoint)
            assert used == (grant.state == GrantState.ACTIVE)

    @invariant()
    def what_is_over_stays_over(self):
        if not hasattr(self, "model"):
            return
        for grant in self.grants():
            if grant.state not in OVER:
                continue
            for to in (GrantState.ACTIVE, GrantState.SIGNED):
                with pytest.raises(DatabaseError), transaction.atomic():
                    ConsentGrant.objects.filter(pk=grant.pk).update(state=to)


@pytest.fixture
def rolled_back(monkeypatch):
    """Each example in a savepoint of its own. Tree heads are also kept outside the database, where nothing rolls back."""
    monkeypatch.setattr("django_site.apps.likeness.services.grants.ledger_head_sign", lambda: None)

    class RolledBack(Lifecycle):
        def __init__(self):
            super().__init__()
            self.savepoint = transaction.savepoint_create()

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

    return RolledBack


def test_the_lifecycle(rolled_back):
    run_state_machine_as_test(
        rolled_back,
        settings=settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_the_database_knows_the_same_moves_as_the_code():
    """The trigger's text is frozen in its migration; should the table change, a new migration is owed."""
    from importlib import import_module

    frozen = import_module("django_site.apps.likeness.migrations.0003_guards").LEGAL_MOVES
    assert frozen == legal_moves_sql()


@pytest.mark.parametrize("state", [state for state in GrantState if state != GrantState.DRAFTED])
def test_no_move_that_is_not_in_the_table(make, state):
    studio = make.studio()
    grant = make.grant(make.subject(studio.organisation), studio.production, state=state)
    for to in GrantState:
        if to == state or state in GRANT_FROM[to]:
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentGrant.objects.filter(pk=grant.pk).update(state=to, reason="because")


def test_who_may_sign_what(make):
    studio = make.studio()
    subject = make.subject(studio.organisation, user=make.member(studio.organisation, "performer"))
    grant = make.grant(subject, studio.production, state="noticed")
    for other in (
        studio.producer,
        studio.legal_reviewer,
        studio.head_of_legal,
        make.member(studio.organisation, "performer"),
    ):
        with pytest.raises(NotAllowedError):
            grant_sign(grant=grant, by=other, text_sha256_seen=grant.text_sha256)
    with pytest.raises(InputError, match="open it again"):
        grant_sign(grant=grant, by=subject.user, text_sha256_seen=grant.text_sha256, shown_sha256_seen="1" * 64)
