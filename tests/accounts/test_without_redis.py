"""Sign-in and its limits with a Redis that comes and goes (security case 222)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from fracttal_mcp.cache import SharedOrLocalCache
from tests.conftest import World
from tests.pages import browser, send, text_of
from tests.process.databases import free_port, redis

LOGIN = "/accounts/login/"


def use(settings: Any, url: str) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "fracttal_mcp.cache.SharedOrLocalCache",
            "LOCATION": url,
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        }
    }
    SharedOrLocalCache._try_redis_at = 0.0
    SharedOrLocalCache._local.clear()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    SharedOrLocalCache._try_redis_at = 0.0


def fail_until_refused(email: str) -> int:
    for tries in range(1, 9):
        answer = send(browser(), LOGIN, {"login": email, "password": "wrong password 123"}, action=LOGIN)
        assert answer.status_code == 200
        if "Too many failed" in text_of(answer):
            return tries
    raise AssertionError("never refused")


def test_case_222_limits_hold_without_redis(world: World, settings: Any) -> None:
    use(settings, f"redis://127.0.0.1:{free_port()}/0")
    assert fail_until_refused(world.owner.email) == 6
    answer = send(
        browser(), LOGIN, {"login": world.colleague.email, "password": "correct horse battery"}, action=LOGIN
    )
    assert answer["Location"] == "/"


def test_counts_are_shared_through_redis_and_go_on_when_it_dies(
    world: World, settings: Any, tmp_path: Path
) -> None:
    with redis(tmp_path / "redis") as url:
        use(settings, url)
        cache.set("kept", 1, 60)
        SharedOrLocalCache._local.clear()
        assert cache.get("kept") == 1, "it is Redis that holds it"
        assert cache.incr("kept") == 2
        assert fail_until_refused(world.owner.email) == 6
    assert cache.get("kept") is None
    assert cache.add("kept", 7)
    assert cache.get("kept") == 7
    assert fail_until_refused(world.colleague.email) == 6
