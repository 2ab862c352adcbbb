"""Measures our server beside the SDK's own server and a raw floor, with one upstream, in one run.

    bench/run [--seconds 5] [--rounds 3] [--connections 64] [--json FILE] [--check [PERCENT] | --record]

`--check` ends with 1 if one of our ratios is more than PERCENT (10) below the recorded one.

Servers take turns within each round, so that a machine that slows down affects all of them. The medians of
the rounds are printed with their ratio to the fastest SDK peer. Each has one worker on uvicorn with uvloop
and httptools; server and load run on different processors if there are four.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
from bench import ratios  # noqa: E402
from tests import text_reader  # noqa: E402
from tests.process.databases import free_port, wait_for_port  # noqa: E402

PROCESSORS = sorted(os.sched_getaffinity(0))
SERVER, LOAD = (PROCESSORS[:1], PROCESSORS[-1:]) if len(PROCESSORS) >= 4 else (PROCESSORS, PROCESSORS)
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
PEERS = {"floor": "floor:app", "SDK, session manager": "sdk:app", "SDK, serve_one": "sdk_direct:app"}
OURS = "fracttal-mcp"
CONSUMERS = 192  # more than the connections, since equal concurrent reads of one caller would be sent once
MADE = """
import io, json
from django.core.management import call_command
made = []
for number in range({count}):
    out = io.StringIO()
    call_command(
        "create_consumer", company="demo", name=f"Benchmark {{number}}", grant="client-credentials",
        group="Administrators", json=True, stdout=out,
    )
    made.append(json.loads(out.getvalue()))
print(json.dumps(made))
"""


def pinned(processors: list[int], *command: str) -> list[str]:
    return ["taskset", "-c", ",".join(map(str, processors)), *command]


@contextmanager
def process(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=output, stderr=output, cwd=ROOT
        )
    try:
        wait_for_port(port, running, seconds=60)
        yield
    finally:
        running.terminate()
        running.wait(20)


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


@contextmanager
def ours(work: Path, upstream: str) -> Iterator[tuple[str, list[str]]]:
    """Start the product as it is deployed: real tokens, rights, validation, audit rows.

    Yields its address and the tokens.
    """
    port = free_port()
    environment = {
        "VAR_DIR": str(work), "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "UPSTREAM_URL": upstream, "UPSTREAM_REQUESTS_PER_MINUTE": "0",
        "PERSON_REQUESTS_PER_MINUTE": "0", "PERSON_REQUESTS_AT_ONCE": "0",
        "CONSUMER_REQUESTS_PER_MINUTE": "0",
        "API_REQUESTS_PER_MINUTE": "0", "DEMO_PLANT": "1", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    manage(environment, "migrate", "-v0")
    manage(environment, "seed_demo")
    made = json.loads(manage(environment, "shell", "-v0", "-c", MADE.format(count=CONSUMERS)))
    command = pinned(SERVER, sys.executable, "manage.py", "serve")
    with process(command, port, work / "ours.log", **environment):
        yield made[0]["mcp_url"], [token_of(port, one) for one in made]


def token_of(port: int, made: dict[str, str]) -> str:
    fields = {"grant_type": "client_credentials", "resource": made["mcp_url"]}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/oauth/token",
        urllib.parse.urlencode(fields).encode(),
        {"authorization": "Basic " + b64encode(f"{made['key']}:{made['secret']}".encode()).decode()},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(json.load(answer)["access_token"])


@contextmanager
def peer(name: str, work: Path, upstream: str, token: str, tools: Path) -> Iterator[str]:
    port = free_port()
    command = pinned(
        SERVER, sys.executable, "-m", "uvicorn", PEERS[name], "--app-dir", str(HERE / "peers"),
        "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
        "--log-level", "warning",
    )  # fmt: skip
    log = work / f"{PEERS[name].split(':')[0]}.log"
    with process(command, port, log, BENCH_UPSTREAM=upstream, BENCH_TOKEN=token, BENCH_TOOLS=str(tools)):
        yield f"http://127.0.0.1:{port}/mcp/oauth/fracttal-one"


def question(operation: str, era: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return body and headers of one request."""
    params: dict[str, Any] = {}
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if operation == "tools/call":
        params = {"name": "list_work_orders", "arguments": {"limit": 25}}
    if era == "modern":
        params["_meta"] = MODERN_META
        headers |= {"mcp-protocol-version": "2026-07-28", "mcp-method": operation}
        if operation == "tools/call":
            headers["mcp-name"] = "list_work_orders"
    else:
        headers["mcp-protocol-version"] = "2025-11-25"
    return {"jsonrpc": "2.0", "id": 1, "method": operation, "params": params}, headers


def ask(address: str, token: str, operation: str, era: str) -> dict[str, Any]:
    body, headers = question(operation, era)
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {**headers, "authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            result: dict[str, Any] = json.load(answer)["result"]
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{address} {operation}: {error.code} {error.read()[:300]!r}") from None
    return result


def check(address: str, token: str, operation: str, era: str) -> int:
    """Check that the answer is right before its time is measured. Return its size."""
    result = ask(address, token, operation, era)
    if operation == "tools/list":
        assert len(result["tools"]) > 10, result
    else:
        found = result["structuredContent"]
        folios = [order["folio"] for order in found["work_orders"]]
        assert folios == [f"OT-{1000 + n}" for n in range(25)], found
        text = "".join(block["text"] for block in result["content"])
        told = json.loads(text) if text.startswith("{") else text_reader.read(text)
        assert [order["folio"] for order in told["work_orders"]] == folios, text
    try:
        ask(address, token + "x", operation, era)
    except SystemExit as refused:
        if ": 401 " not in str(refused):
            raise
    else:
        raise SystemExit(f"{address} takes any token")
    return len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode())


def load(
    address: str, tokens: list[str], operation: str, era: str, connections: int, seconds: int
) -> dict[str, float]:
    body, headers = question(operation, era)
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write('wrk.method = "POST"\n' + "\n".join(lines) + "\n")
        script.write(
            f"wrk.body = [==[{json.dumps(body)}]==]\n"
            f"local tokens, number = {{{', '.join(json.dumps(token) for token in tokens)}}}, 0\n"
            "function request()\n"
            "  number = number % #tokens + 1\n"
            '  wrk.headers["authorization"] = "Bearer " .. tokens[number]\n'
            "  return wrk.format()\n"
            "end\n"
        )
        script.write(
            "function done(s, l, r)\n"
            '  io.write(string.format("RESULT %f %f %f %d\\n", s.requests / (s.duration / 1e6),'
            " l:percentile(50) / 1e3, l:percentile(99) / 1e3,"
            " s.errors.connect + s.errors.read + s.errors.write + s.errors.status + s.errors.timeout))\n"
            "end\n"
        )
        script.flush()
        done = subprocess.run(
            pinned(
                LOAD, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
                "-s", script.name, address,
            ),
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", done.stdout)
    assert found, done.stdout
    rate, p50, p99, errors = map(float, found.groups())
    return {"per_second": rate, "p50_ms": p50, "p99_ms": p99, "errors": errors}


def start_up(work: Path) -> dict[str, float]:
    """Measure the time to the first answer, on an existing database, and the memory at rest."""
    port = free_port()
    environment = {
        **os.environ, "VAR_DIR": str(work), "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMO_PLANT": "1",
    }  # fmt: skip
    begun = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1).close()
                break
            except OSError:
                time.sleep(0.02)
        seconds = time.monotonic() - begun
        rest = re.search(
            r"^Pss:\s+(\d+)", Path(f"/proc/{running.pid}/smaps_rollup").read_text(), re.MULTILINE
        )
        return {
            "first_answer_s": round(seconds, 2),
            "memory_mb": round(int(rest[1]) / 1024, 1) if rest else 0,
        }
    finally:
        running.terminate()
        running.wait(20)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seconds", type=int, default=5)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--connections", type=int, default=64)
    arguments.add_argument("--operation", choices=["tools/list", "tools/call"])
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--check", type=float, nargs="?", const=10.0, metavar="PERCENT")
    arguments.add_argument("--record", action="store_true")
    given = arguments.parse_args()
    found: ratios.Runs = {}
    sizes: dict[tuple[str, str, str], int] = {}
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        mock = pinned(LOAD, sys.executable, str(HERE / "upstream.py"), str(port))
        stack.enter_context(process(mock, port, work / "upstream.log"))
        upstream = f"http://127.0.0.1:{port}/api"
        address, tokens = stack.enter_context(ours(work, upstream))
        token = tokens[0]
        tools = work / "tools.json"
        tools.write_text(json.dumps(ask(address, token, "tools/list", "legacy")["tools"]), encoding="utf-8")
        servers = {OURS: address}
        for name in PEERS:
            servers[name] = stack.enter_context(peer(name, work, upstream, token, tools))
        for round_number in range(given.rounds):
            for operation in [given.operation] if given.operation else ["tools/list", "tools/call"]:
                for era in ("legacy", "modern"):
                    for name, place in servers.items():
                        shown = tokens if name == OURS else [token] * len(tokens)
                        if round_number == 0:
                            sizes[operation, era, name] = check(place, token, operation, era)
                            load(place, shown, operation, era, given.connections, 1)  # warm
                        measured = load(place, shown, operation, era, given.connections, given.seconds)
                        measured["kilobytes"] = sizes[operation, era, name] / 1000
                        found.setdefault(f"{operation} {era}", {}).setdefault(name, []).append(measured)
        report(found, given.connections, given.rounds, given.seconds)
        starts = start_up(work)
        print(
            f"\nSecond start to first answer: {starts['first_answer_s']} s;"
            f" at rest {starts['memory_mb']} MB (PSS)"
        )
        if given.json:
            given.json.write_text(json.dumps({"rounds": found, "start": starts}, indent=1), encoding="utf-8")
    now = ratios.ratios_of(found, OURS)
    if given.record:
        ratios.record(now)
    if given.check is not None and (fallen := ratios.fallen(now, given.check)):
        raise SystemExit("Slower than recorded:\n" + "\n".join(fallen))


def report(found: ratios.Runs, connections: int, rounds: int, seconds: int) -> None:
    print(f"{connections} connections, one worker, medians of {rounds} rounds of {seconds} s\n")
    print("| operation | server | requests/s | p50 ms | p99 ms | errors | answer KB | ÷ fastest SDK peer |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for operation, servers in found.items():
        middle = {
            name: {key: statistics.median(one[key] for one in runs) for key in runs[0]}
            for name, runs in servers.items()
        }
        best = max(values["per_second"] for name, values in middle.items() if name.startswith("SDK"))
        for name, values in middle.items():
            print(
                f"| {operation} | {name} | {values['per_second']:,.0f} | {values['p50_ms']:.1f} "
                f"| {values['p99_ms']:.1f} | {values['errors']:.0f} "
                f"| {values['kilobytes']:.1f} | {values['per_second'] / best:.2f} |"
            )


if __name__ == "__main__":
    main()
