"""Distributes tests to processes: tests that share something slow to create stay together."""

from __future__ import annotations

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Folders whose tests share a seeded plant or a started server. All others share at most within a file.
SHARED = re.compile(r"tests/(maintenance/plant|clients|conformance|injection|properties|questions|tools)/")
CONNECTION = re.compile(r"[\[-](embedded|fracttal_one)[\]-]")


class Together(LoadScopeScheduling):
    """A scheduler that creates each plant and server in one process only, in the order of the files."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False  # sorted by number of tests, the slowest would run last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        shared = SHARED.match(nodeid)
        if shared is None:
            return nodeid.partition("::")[0]
        connection = CONNECTION.search(nodeid)
        return shared[0] + (connection[1] if connection else "")
