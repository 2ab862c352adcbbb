"""Processor time of tests by file, which a busy machine does not change.

`python -m pytest -n 0 -p bench.processor_times tests/accounts`
Time of the child processes that a test waited for is included; that of a PostgreSQL server is not.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator

import pytest

SHOWN = 60


def spent() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


class ProcessorTimes:
    def __init__(self) -> None:
        self.by_file: Counter[str] = Counter()
        self.collected = 0.0

    def pytest_collection_finish(self) -> None:
        self.collected = spent()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        begun = spent()
        try:
            return (yield)
        finally:
            self.by_file[item.nodeid.partition("::")[0]] += spent() - begun  # type: ignore[assignment]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"processor time: {spent():.0f} s, until collected {self.collected:.0f} s")
        for name, seconds in self.by_file.most_common(SHOWN):
            terminalreporter.line(f"{seconds:8.1f}  {name}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ProcessorTimes())
