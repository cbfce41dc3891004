"""Sealed templates open with their key, for their subject, unchanged; and in no other case."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.likeness.crypto import SealBrokenError, new_key, open_sealed, read_key_file, seal, unwrap_key, wrap_key


@given(plain=st.binary(max_size=600), subject=st.text(max_size=40))
def test_what_was_sealed_opens(plain: bytes, subject: str) -> None:
    key = new_key()
    assert open_sealed(seal(plain, key=key, subject_id=subject), key=key, subject_id=subject) == plain


@given(plain=st.binary(min_size=1, max_size=64), position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(plain: bytes, position: int, bit: int) -> None:
    key = new_key()
    sealed = bytearray(seal(plain, key=key, subject_id="a"))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBrokenError):
        open_sealed(bytes(sealed), key=key, subject_id="a")


def test_template_can_not_be_moved_to_another_person() -> None:
    key = new_key()
    with pytest.raises(SealBrokenError):
        open_sealed(seal(b"face", key=key, subject_id="a"), key=key, subject_id="b")


def test_destroyed_key_is_the_end() -> None:
    sealed = seal(b"face", key=new_key(), subject_id="a")
    with pytest.raises(SealBrokenError):
        open_sealed(sealed, key=new_key(), subject_id="a")


def test_data_key_unwraps_only_under_its_own_key() -> None:
    kek, data_key = new_key(), new_key()
    assert unwrap_key(wrap_key(data_key, kek), kek) == data_key
    with pytest.raises(SealBrokenError):
        unwrap_key(wrap_key(data_key, kek), new_key())


def test_key_file_is_made_private_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek"
    key = read_key_file(path, create=True)
    assert read_key_file(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "not a key"])
def test_bad_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "kek"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(BadInputError, match="kek"):
        read_key_file(path)


def test_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    read_key_file(path, create=True)
    path.chmod(0o644)
    with pytest.raises(BadInputError, match="chmod 600"):
        read_key_file(path)
