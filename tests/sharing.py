"""How tests are dealt out to processes: those that share something slow to make stay together."""

from __future__ import annotations

import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Directories whose tests share a seeded plant or a started server; all others share at most within a file.
SHARED = re.compile(r"tests/(maintenance/plant|clients|conformance|injection|properties|questions|tools)/")
CONNECTION = re.compile(r"[\[-](embedded|fracttal_one)[\]-]")


class Together(LoadScopeScheduling):
    """Each plant and server is made in one process, and once; in the order of the files."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False  # sorted by number of tests, the slowest would run last
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        shared = SHARED.match(nodeid)
        if shared is None:
            return nodeid.partition("::")[0]
        connection = CONNECTION.search(nodeid)
        return shared[0] + (connection[1] if connection else "")
