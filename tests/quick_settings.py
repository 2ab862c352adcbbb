"""What the tests' own process does at less cost than production, with the same meaning.

The servers that tests start read the settings of production. A test that asks for `real_passwords` has its
hasher too.
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import get_commands

from fracttal_mcp import settings as production
from tests.emptying import EmptyTables


class QuickArgon2(Argon2PasswordHasher):
    """Argon2id in one round and the least memory: production's takes a quarter of a second."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


def apply() -> None:
    _argon2, *others = production.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickArgon2", *others]
    # Nothing needs to survive a loss of power.
    options = settings.DATABASES["default"]["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # A static file is looked for when it is asked for, instead of all of them by each new test client.
    settings.WHITENOISE_AUTOREFRESH = True
    # Tests are quick, and the people of several tests have the same number.
    settings.PERSON_REQUESTS_PER_MINUTE = settings.CONSUMER_REQUESTS_PER_MINUTE = 0
    settings.PERSON_REQUESTS_AT_ONCE = 0
    # call_command takes a command where the name of its app would be.
    cast("dict[str, Any]", get_commands())["flush"] = EmptyTables()
