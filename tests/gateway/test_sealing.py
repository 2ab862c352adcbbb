"""Sealed values are accepted only unchanged, and only for the purpose that they were made for."""

from __future__ import annotations

import dataclasses
import time

import pytest
from pytest_django import Settings

from mcp_gateway.sealing import NotSealed, Seal

SEAL = Seal(b"k" * 32, "cursors", 60)
BOUND = ("company", 7, {"b": 1, "a": [2]})
DATA = {"row": 7, "name": "泵-ñ"}


def test_it_comes_back_as_it_went_out() -> None:
    sealed = SEAL.seal(BOUND, DATA)
    assert sealed.isascii()
    assert SEAL.unseal(("company", 7, {"a": [2], "b": 1}), sealed) == DATA


@pytest.mark.parametrize(
    "other",
    [{"key": b"j" * 32}, {"purpose": "request-state"}, {"purpose": ""}],
    ids=["key", "purpose", "no purpose"],
)
def test_another_key_or_purpose_does_not_open_it(other: dict[str, object]) -> None:
    sealed = SEAL.seal(BOUND, DATA)
    with pytest.raises(NotSealed):
        dataclasses.replace(SEAL, **other).unseal(BOUND, sealed)  # type: ignore[arg-type]


@pytest.mark.parametrize("bound", [(), ("company", 8, BOUND[2]), ("company", "7", BOUND[2]), list(BOUND[:2])])
def test_it_opens_for_nothing_else(bound: object) -> None:
    sealed = SEAL.seal(BOUND, DATA)
    with pytest.raises(NotSealed):
        SEAL.unseal(bound, sealed)


def test_no_character_of_it_can_be_changed() -> None:
    sealed = SEAL.seal(BOUND, DATA)
    for index, char in enumerate(sealed):
        for other in "A", "=", ":", ".", "é", "\ud800", "":
            if other != char:
                with pytest.raises(NotSealed):
                    SEAL.unseal(BOUND, sealed[:index] + other + sealed[index + 1 :])


def test_it_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, now = SEAL.seal(BOUND, DATA), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 58)
    assert SEAL.unseal(BOUND, sealed) == DATA
    monkeypatch.setattr(time, "time", lambda: now + 62)
    with pytest.raises(NotSealed):
        SEAL.unseal(BOUND, sealed)


def test_a_key_of_the_settings_opens_nothing(settings: Settings) -> None:
    """Django would try SECRET_KEY_FALLBACKS too, where no others are given."""
    sealed = SEAL.seal(BOUND, DATA)
    settings.SECRET_KEY_FALLBACKS = ["k" * 32]
    with pytest.raises(NotSealed):
        dataclasses.replace(SEAL, key=b"j" * 32).unseal(BOUND, sealed)
