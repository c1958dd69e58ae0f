"""Sealed fields: what goes in comes out, only in its own field and only with its own key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.lib.cipher import Algorithm, CannotOpen, Cipher, Key, normalised

BLIND = bytes(range(32))


def key(version: int = 0, algorithm: Algorithm = Algorithm.SM4_GCM, fill: int = 7) -> Key:
    return Key(version, bytes([fill]) * 32, algorithm)


SM4 = Cipher(key(), blind_secret=BLIND)
AES = Cipher(key(algorithm=Algorithm.AES_256_GCM), blind_secret=BLIND)
both = pytest.mark.parametrize("cipher", [SM4, AES], ids=["sm4", "aes"])


@both
@given(text=st.text(max_size=60))
def test_what_is_sealed_can_be_opened(cipher: Cipher, text: str) -> None:
    blob = cipher.seal(text, field="name")
    assert cipher.open(blob, field="name") == text
    assert len(blob) == 29 + len(text.encode())


@both
def test_the_same_text_is_sealed_differently_each_time(cipher: Cipher) -> None:
    blobs = cipher.seal_many(["甲"] * 50, field="name") + [cipher.seal("甲", field="name") for _ in range(50)]
    assert len(set(blobs)) == 100


@both
def test_many_are_sealed_in_their_order(cipher: Cipher) -> None:
    texts = [f"第{i}人" for i in range(20)]
    assert [cipher.open(blob, field="name") for blob in cipher.seal_many(iter(texts), field="name")] == texts
    assert cipher.seal_many([], field="name") == []


@both
def test_a_blob_pasted_into_another_field_stays_shut(cipher: Cipher) -> None:
    with pytest.raises(CannotOpen) as caught:
        cipher.open(cipher.seal("x", field="phone"), field="identity")
    assert "identity" in caught.value.say("zh") and caught.value.status == 500


@both
@given(place=st.integers(0, 33), bit=st.integers(0, 7))
def test_any_bit_changed_is_noticed(cipher: Cipher, place: int, bit: int) -> None:
    blob = bytearray(cipher.seal("abcde", field="name"))
    blob[place] ^= 1 << bit
    with pytest.raises(CannotOpen):
        cipher.open(bytes(blob), field="name")


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_with_a_sentence(blob: bytes) -> None:
    with pytest.raises(CannotOpen) as caught:
        SM4.open(blob, field="name")
    assert "密钥" in caught.value.say("zh") and "operator" in caught.value.say("en")


def test_the_wrong_key_of_the_right_version() -> None:
    with pytest.raises(CannotOpen):
        Cipher(key(fill=8), blind_secret=BLIND).open(SM4.seal("x", field="name"), field="name")


def test_keys_are_changed_without_losing_what_was_sealed() -> None:
    """New first, old behind: old values still open, new ones take the new key, both can be told."""
    old = SM4.seal("旧", field="name")
    changed = Cipher(key(1, Algorithm.AES_256_GCM, 9), key(), blind_secret=BLIND)
    new = changed.seal("新", field="name")
    assert (changed.open(old, field="name"), changed.open(new, field="name")) == ("旧", "新")
    assert (changed.is_current(old), changed.is_current(new)) == (False, True)
    assert changed.blind("x", field="name") == SM4.blind("x", field="name")
    with pytest.raises(CannotOpen) as caught:
        SM4.open(new, field="name")
    assert caught.value.facts["version"] == 1


def test_the_blind_index_looks_past_width_case_and_blanks_only() -> None:
    index = SM4.blind("53049919800229001x", field="identity")
    assert len(index) == 16
    assert SM4.blind(" ５３０４９９ 19800229 001X", field="identity") == index
    assert SM4.blind("530499198002290011", field="identity") != index
    assert SM4.blind("53049919800229001x", field="phone") != index
    assert Cipher(key(), blind_secret=bytes(32)).blind("53049919800229001x", field="identity") != index


def test_nothing_has_no_blind_index() -> None:
    with pytest.raises(ValueError, match="empty"):
        SM4.blind("  ", field="identity")


@given(st.text(max_size=30), st.text(max_size=30))
def test_blind_indexes_are_equal_exactly_for_equal_texts(one: str, other: str) -> None:
    if normalised(one) and normalised(other):
        equal = SM4.blind(one, field="name") == SM4.blind(other, field="name")
        assert equal == (normalised(one) == normalised(other))


def test_keys_that_cannot_be_right_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(0, b"short")
    with pytest.raises(ValueError, match="0 to 15"):
        Key(16, bytes(32))
    with pytest.raises(ValueError, match="at least one key"):
        Cipher(blind_secret=BLIND)
    with pytest.raises(ValueError, match="each with its own"):
        Cipher(key(), key(fill=8), blind_secret=BLIND)
    with pytest.raises(ValueError, match="blind secret"):
        Cipher(key(), blind_secret=b"")


def test_a_key_does_not_print_its_secret() -> None:
    assert "\\x07" not in repr(key())
