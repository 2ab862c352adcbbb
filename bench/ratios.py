"""What our server does in a second, divided by what each other one does, and how that was recorded last.

Ratios of one run carry over to another machine, requests in a second do not.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path

RECORDED = Path(__file__).resolve().parent / "recorded_ratios.json"
Runs = dict[str, dict[str, list[dict[str, float]]]]  # by operation and server
Ratios = dict[str, dict[str, float]]  # by operation and other server


def ratios_of(runs: Runs, ours: str) -> Ratios:
    found: Ratios = {}
    for operation, servers in runs.items():
        middle = {
            name: statistics.median(one["per_second"] for one in each) for name, each in servers.items()
        }
        found[operation] = {
            name: round(middle[ours] / rate, 3) for name, rate in middle.items() if name != ours
        }
    return found


def fallen(now: Ratios, percent: float) -> list[str]:
    """Return a sentence for each ratio that is more than `percent` below the recorded one."""
    if not RECORDED.exists():
        raise SystemExit("No ratios are recorded to compare with: run bench/run --record first.")
    recorded: Ratios = json.loads(RECORDED.read_text(encoding="utf-8"))
    return [
        f"{operation} ÷ {other}: {ratio} now, {recorded[operation][other]} recorded"
        for operation, each in now.items()
        for other, ratio in each.items()
        if ratio < recorded[operation][other] * (1 - percent / 100)
    ]


def record(now: Ratios) -> None:
    RECORDED.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
