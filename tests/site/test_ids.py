import uuid

from hypothesis import given
from hypothesis import strategies as st

from django_site.ids import uuid7


def test_version_and_variant_are_those_of_rfc_9562():
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_ids_ascend_with_time_within_a_millisecond(monkeypatch):
    ticks = iter(range(1_800_000_000_000_000_000, 1_800_000_000_000_000_000 + 500_000, 1000))
    monkeypatch.setattr("django_site.ids.time.time_ns", lambda: next(ticks))
    made = [uuid7() for _ in range(400)]
    assert made == sorted(made)
    assert len(set(made)) == 400


@given(st.integers(min_value=0, max_value=2**48 * 10**6 - 1))
def test_the_time_can_be_read_back(nanoseconds):
    import unittest.mock

    with unittest.mock.patch("django_site.ids.time.time_ns", return_value=nanoseconds):
        assert uuid7().int >> 80 == nanoseconds // 10**6
