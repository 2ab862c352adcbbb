"""A day of mixed load in less time, by libfaketime (security case 242).

    .venv/bin/python -m tests.blackbox.soak.day 24 20 sqlite_x1

Hours by the product's clock, minutes that they take, and the engine. At the end neither memory nor
descriptors have grown, what has expired can be cleaned up, and the invariants hold.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.blackbox import invariants
from tests.blackbox.product import ENGINES, Product, product
from tests.blackbox.witness import Witness, outcome_of
from tests.process.server import ROOT

TOKENS = "SELECT count(*) FROM consumers_accesstoken"
AT_ONCE = 4
MOST_GROWTH = 1.1
FAKED = {"LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_CACHE_DURATION", "DONT_FAKE_MONOTONIC"}


def used(system: Product) -> dict[str, int]:
    """Return memory in kB and open descriptors of all workers."""
    memory = descriptors = 0
    for pid in system.workers():
        status = Path(f"/proc/{pid}/status").read_text()
        memory += int(status.partition("VmRSS:")[2].split()[0])
        descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {"memory": memory, "descriptors": descriptors}


def call(witness: Witness, number: int) -> str:
    """Read, write or refresh, as an assistant does whose access token expires every half hour."""
    try:
        if number % 40 == 1 and witness.post("tools/list").status_code == 401:
            return f"refresh {witness.refresh().status_code}"
        if number % 20 == 0:
            return f"refresh {witness.refresh().status_code}"
        if number % 5 == 0:
            return f"write {witness.try_to_write(f'Day {number} {time.monotonic()}')}"
        return f"read {outcome_of(witness.read())}"
    except httpx.TransportError as error:
        return type(error).__name__


def real_waits(directory: Path) -> Path:
    """Compile what keeps libfaketime from touching waits; real_waits.c says why. Return the library."""
    library = directory / "real_waits.so"
    source = Path(__file__).with_name("real_waits.c")
    subprocess.run(["cc", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def follows(clock: Path) -> dict[str, str]:
    """Return the environment of a product whose calendar follows a file; waits and timeouts stay real."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return {
        "LD_PRELOAD": f"{real_waits(clock.parent)}:{library}",
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


def clean_up(system: Product, ahead: int) -> None:
    """Delete what has expired by the product's clock, which runs ahead by so many seconds."""
    command = ["faketime", "-m", "-f", f"+{ahead}s", sys.executable, "manage.py", "clear_expired_tokens"]
    own = {name: value for name, value in system.server.environment.items() if name not in FAKED}
    subprocess.run(command, cwd=ROOT, env=own, check=True, stdout=subprocess.DEVNULL)


def main(hours: float, minutes: float, engine_name: str) -> int:
    engine = next(each for each in ENGINES if str(each) == engine_name)
    faster = max(1, round(hours * 60 / minutes))
    with tempfile.TemporaryDirectory() as directory:
        clock = Path(directory) / "clock"
        clock.write_text("+0 x1")
        with product(engine, Path(directory) / "product", **follows(clock)) as system:
            # people connect at their own pace: a code lives a minute
            witness = Witness(system)
            clock.write_text(f"+0 x{faster}")
            return run(system, witness, hours, minutes, faster)


def run(system: Product, witness: Witness, hours: float, minutes: float, faster: int) -> int:
    told: Counter[str] = Counter()
    first: dict[str, int] = {}
    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        number = 0
        while (passed := time.monotonic() - begun) < minutes * 60:
            told.update(pool.map(lambda n: call(witness, n), range(number, number + 40)))
            number += 40
            if not first and passed > minutes * 6:  # a tenth of it
                first = used(system)
    last = used(system)
    print(f"{faster} times as fast, {sum(told.values())} requests: {dict(told)}")
    print(f"after a tenth {first}, at its end {last}")
    assert witness.refresh().status_code == 200
    before = system.query(TOKENS)[0][0]
    clean_up(system, round((time.monotonic() - begun) * (faster - 1)))
    after = system.query(TOKENS)[0][0]
    print(f"access tokens before the clean-up {before}, after it {after}")
    invariants.check(system, [witness])
    wrong = {what for what in told if not what.endswith((" done", " 200"))} - {"read 401", "write 401"}
    grown = [name for name in last if last[name] > first.get(name, last[name]) * MOST_GROWTH]
    print(f"wrong: {wrong or 'none'}; grown: {grown or 'none'}")
    return bool(wrong or grown or (hours >= 2 and after >= before))


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))
