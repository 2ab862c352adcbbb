"""Distributes tests to processes: what shares something slow to create stays together, and begins first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Folders whose tests share a seeded plant or a started server. All others share at most within a file.
SHARED = (
    "acceptance",
    "blackbox",
    "clients",
    "conformance",
    "gateway/tools",
    "maintenance/plant",
    "prompt_injection",
    "property",
)
TESTS = Path(__file__).parent
# What several tests of such a folder share is one for each of these.
PARAMETER = re.compile(r"[\[-](embedded|fracttal_one|sqlite_x1|sqlite_x4|postgresql_x4)[\]-]")


def stays_together(nodeid: str) -> str | None:
    """Return the folder of SHARED that the test is in."""
    return next((name for name in SHARED if nodeid.startswith(f"tests/{name}/")), None)


def begin_with_shared(items: list[pytest.Item]) -> None:
    """Put the folders that stay together first: the last of them would keep one process busy alone."""
    items.sort(key=lambda item: stays_together(item.nodeid) is None)


class Together(LoadScopeScheduling):
    """A scheduler that creates each plant and server in one process only, in the order of the files."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        gone = [name for name in SHARED if not (TESTS / name).is_dir()]
        if gone:
            raise FileNotFoundError(f"renamed since their tests were kept together: {', '.join(gone)}")
        config.option.loadscopereorder = False  # sorted by number of tests, the slowest would run last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        shared = stays_together(nodeid)
        if shared is None:
            return nodeid.partition("::")[0]
        parameter = PARAMETER.search(nodeid)
        return shared + (parameter[1] if parameter else "")
