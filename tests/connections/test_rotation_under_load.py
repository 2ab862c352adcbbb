"""Keys are changed while calls open tokens and people sign in with their second factor."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from contextlib import closing
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection as database
from pytest_django import Settings

from connections.models import ApiConnection
from connections.refresh import token_of_person
from tests.conftest import World
from tests.connections.conftest import link
from tests.consumers.sealing_keys import new_key

SECRET = base64.b32encode(b"12345678901234567890").decode()
ROTATIONS = 4


@pytest.mark.django_db(transaction=True)
def test_case_257_keys_rotate_while_tokens_and_second_factors_are_used(
    world: World, connection: ApiConnection, settings: Settings
) -> None:
    """NIST SP 800-57 §8.2.3: no call and no sign-in fails while both keys are in the ring."""
    link(connection, world.owner)
    TOTP.activate(world.owner, SECRET)
    ring = [settings.UPSTREAM_KEYS]
    stop, done = threading.Event(), [0, 0]
    wrong: list[str] = []

    def call() -> None:
        assert token_of_person(connection.pk, world.owner.pk) == "access-1"
        done[0] += 1

    def second_step() -> None:
        cache.clear()  # a code counts once, and this one is used many times
        counter = list(yield_hotp_counters_from_time())[1]
        code = format_hotp_value(hotp_value(SECRET, counter))
        assert Authenticator.objects.get(type=Authenticator.Type.TOTP).wrap().validate_code(code)
        done[1] += 1

    def again_and_again(work: Callable[[], None]) -> None:
        with closing(database):
            while not stop.is_set():
                try:
                    work()
                except Exception as error:  # noqa: BLE001 - told below
                    wrong.append(repr(error))

    threads = [threading.Thread(target=again_and_again, args=(work,)) for work in (call, second_step)]
    for thread in threads:
        thread.start()
    try:
        for number in range(ROTATIONS):
            ring.insert(0, new_key(f"k{number}"))
            settings.UPSTREAM_KEYS = ",".join(ring[:3])
            said = StringIO()
            call_command("rotate_keys", stdout=said)
            assert said.getvalue() == "sealed anew: 3\n"
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert min(done) > ROTATIONS, done
    settings.UPSTREAM_KEYS = ring[0]
    assert token_of_person(connection.pk, world.owner.pk) == "access-1"
    second_step()
