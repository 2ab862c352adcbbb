"""Distributes tests to processes: tests that share something slow to create stay together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Folders whose tests share a seeded plant or a started server. All others share at most within a file.
SHARED = (
    "acceptance",
    "clients",
    "conformance",
    "gateway/tools",
    "maintenance/plant",
    "prompt_injection",
    "property",
)
TESTS = Path(__file__).parent
CONNECTION = re.compile(r"[\[-](embedded|fracttal_one)[\]-]")


class Together(LoadScopeScheduling):
    """A scheduler that creates each plant and server in one process only, in the order of the files."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        gone = [name for name in SHARED if not (TESTS / name).is_dir()]
        if gone:
            raise FileNotFoundError(f"renamed since their tests were kept together: {', '.join(gone)}")
        config.option.loadscopereorder = False  # sorted by number of tests, the slowest would run last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        shared = next((name for name in SHARED if file.startswith(f"tests/{name}/")), None)
        if shared is None:
            return file
        connection = CONNECTION.search(nodeid)
        return shared + (connection[1] if connection else "")
