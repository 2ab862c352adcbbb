"""How much the oracle compared: counted by each test, summed over all processes, reported at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

import pytest

PROPERTY = "oracle"


@dataclass
class Tally:
    """`figures` counts the single values of answers that were compared with the tables."""

    plants: int = 0
    answers: int = 0
    figures: int = 0


def told(item: pytest.Item, tally: Tally) -> None:
    """Attach the counts to the test's report, which reaches the process that adds them up."""
    item.user_properties.append((PROPERTY, asdict(tally)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, counted in report.user_properties:
                    if name == PROPERTY:
                        total.update(counted)
    if total:
        terminalreporter.write_line(
            f"oracle: {total['plants']:,} plants, {total['answers']:,} answers compared, "
            f"{total['figures']:,} figures"
        )
