"""The key ring: values are encrypted, bound to their row, and refused if their key is missing."""

from __future__ import annotations

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.key_ring import CannotOpen, NoKeys, is_current, parse, seal, unseal
from connections.models import ApiConnection, LinkedAccount
from tests.conftest import World
from tests.connections.conftest import PROGRAM_SECRET, SECRET, link
from tests.consumers.sealing_keys import new_key


def test_without_keys_nothing_is_sealed_or_opened(settings: Settings) -> None:
    sealed = seal("secret", "place")
    settings.UPSTREAM_KEYS = ""
    with pytest.raises(NoKeys):
        seal("secret", "place")
    with pytest.raises(NoKeys):
        unseal(sealed, "place")


@pytest.mark.parametrize(
    "written",
    ["nonsense", "k1:", "k1:c2hvcnQ=", "a b:" + "A" * 43, f"k:{'A' * 43},k:{'A' * 43}", ",", "k1:é"],
)
def test_a_ring_that_is_not_one_is_refused(written: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        parse(written)
    assert "AAAA" not in str(refused.value)


def test_case_256_a_value_opens_only_at_its_own_place() -> None:
    """OWASP ASVS 5.0 11.3.2: authenticated encryption, bound to company, person and purpose."""
    sealed = seal("secret", "link/1/2/access")
    assert unseal(sealed, "link/1/2/access") == "secret"
    for place in ("link/1/3/access", "link/2/2/access", "link/1/2/refresh", ""):
        with pytest.raises(CannotOpen):
            unseal(sealed, place)
    key_id, _dot, rest = sealed.partition(".")
    raw = bytearray(base64.urlsafe_b64decode(rest))
    for position in range(len(raw)):
        changed = raw.copy()
        changed[position] ^= 1
        with pytest.raises(CannotOpen):
            unseal(f"{key_id}.{base64.urlsafe_b64encode(changed).decode()}", "link/1/2/access")
    for broken in ("", ".", f"{key_id}.", f"{key_id}.AA==", f"other.{rest}", rest, f"{key_id}.é"):
        with pytest.raises(CannotOpen):
            unseal(broken, "link/1/2/access")


def test_the_first_key_seals_and_every_key_opens(settings: Settings) -> None:
    old, new = new_key("old"), new_key("new")
    settings.UPSTREAM_KEYS = old
    sealed = seal("secret", "place")
    settings.UPSTREAM_KEYS = f"{new},{old}"
    assert unseal(sealed, "place") == "secret"
    assert not is_current(sealed)
    again = seal("secret", "place")
    assert is_current(again)
    settings.UPSTREAM_KEYS = new
    assert unseal(again, "place") == "secret"
    with pytest.raises(CannotOpen):
        unseal(sealed, "place")


def test_one_value_never_looks_the_same_twice() -> None:
    assert len({seal("secret", "place") for _ in range(50)}) == 50


def test_case_256_a_row_with_the_tokens_of_another_cannot_be_read(
    world: World, connection: ApiConnection
) -> None:
    """NIST SP 800-38D §C: what a database administrator swaps between rows does not open."""
    own, theirs = link(connection, world.owner), link(connection, world.colleague)
    LinkedAccount.objects.filter(pk=own.pk).update(access_token=theirs.access_token)
    own = LinkedAccount.objects.get(pk=own.pk)
    with pytest.raises(CannotOpen):
        own.open_access_token()
    own.access_token = own.refresh_token
    with pytest.raises(CannotOpen):
        own.open_access_token()
    connection.client_secret = connection.program_secret
    with pytest.raises(CannotOpen):
        connection.open_client_secret()


def test_case_255_nothing_of_a_link_is_stored_in_clear(world: World, connection: ApiConnection) -> None:
    row = LinkedAccount.objects.filter(pk=link(connection, world.owner).pk).values().get()
    stored = repr(row) + repr(ApiConnection.objects.values().get())
    for value in ("access-1", "refresh-1", SECRET, PROGRAM_SECRET):
        assert value not in stored
        assert base64.b64encode(value.encode()).decode()[:-2] not in stored
