"""Runs real clients against the started product, one after another, and records the results.

    python -m tests.clients.run [NAME …]

Each client discovers, signs in, is approved, lists the tools, reads, writes, refreshes its token and is
disconnected. `tests.clients.install` must have installed them. The results go to last_run.json, from which
docs/clients.md is generated.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import text_reader
from tests.clients import journey
from tests.clients.assistant import Assistant
from tests.clients.install import INSTALLED, names
from tests.clients.matrix import STEPS, known, surprises
from tests.clients.program import Gone, Program, Wanted
from tests.process.databases import free_port
from tests.process.person import Person
from tests.process.server import ROOT, Server, started

RESULTS = Path(__file__).parent / "last_run.json"
PLANNER = "planner@demo.example"
# Clients without OAuth: they are given a token, and the steps that need OAuth are left out.
GIVEN_A_TOKEN = {"smolagents", "google-adk"}
# Clients that accept no secret.
PUBLIC = {"copilot-cli"}
CALLBACKS = {
    "claude-code": "http://localhost:{port}/callback",
    "copilot-cli": "http://127.0.0.1:{port}/",
    "gemini-cli": "http://localhost:7777/oauth/callback",
    "inspector-cli": "http://127.0.0.1:{port}/oauth/callback",
    "inspector-web-1": "http://localhost:6274/oauth/callback",
    "inspector-web-1-direct": "http://localhost:6274/oauth/callback",
    "inspector-web-2": "http://localhost:6274/oauth/callback",
    # Its debugger has a callback of its own.
    "mcpjam": "http://localhost:6274/oauth/callback http://localhost:6274/oauth/callback/debug",
    "mcp-remote": "http://127.0.0.1:{port}/oauth/callback",
    "mcp-use": "http://localhost:{port}/callback",
    "qwen-code": "http://localhost:7777/oauth/callback",
    "opencode": "http://127.0.0.1:19876/mcp/oauth/callback",
}
TOKEN_SECONDS = 12
# Copilot CLI calls no tool with a token that expires within a minute.
LIFETIMES = {
    "copilot-cli": 75,
    "inspector-web-1": 30,
    "inspector-web-1-direct": 30,
    "inspector-web-2": 30,
    "mcpjam": 60,
}


class Failed(Exception):
    """A step did not do what it should."""


class Run:
    def __init__(self, name: str, server: Server, record: Path, home: Path) -> None:
        self.name, self.server, self.record = name, server, record
        self.known = known(name)
        self.person = Person(PLANNER)
        record.with_name("lifetime").write_text(str(LIFETIMES.get(name, TOKEN_SECONDS)), "ascii")
        self.steps: dict[str, str] = {}
        self._from = _lines(record)
        callbacks = CALLBACKS.get(name, "http://127.0.0.1:{port}/callback").format(port=free_port()).split()
        callback = callbacks[0]
        consumer = server.create_consumer(name, *callbacks, public=name in PUBLIC)
        self.assistant = Assistant(server, consumer, callback)
        token = ""
        if name in GIVEN_A_TOKEN:
            self.assistant.connect(self.person)
            token = str(self.assistant.tokens["access_token"])
            self._from = _lines(record)
        wanted = Wanted(server.mcp_url, consumer["key"], consumer["secret"] or "", callback, token)
        self.program = Program(name, wanted, home)

    def go(self) -> dict[str, Any]:
        steps: dict[str, Callable[[], None]] = {
            "consent": lambda: self.program.connect(self.person.decide),
            "list": self._list,
            "read": self._read,
            "write": self._write,
            "refresh": self._refresh,
            "disconnect": self._disconnect,
        }
        try:
            for step, do in steps.items():
                if not self._does(step, do):
                    break
        finally:
            self.program.end()
        asked = self._asked()
        self._note_the_sign_in(asked)
        return {
            "on": dt.datetime.now(dt.UTC).date().isoformat(),
            "steps": {step: self.steps.get(step, "not reached") for step in STEPS},
            "sent": _sent(asked),
        }

    def _does(self, step: str, do: Callable[[], None]) -> bool:
        """Say whether the following steps make sense: this one succeeded, or is known to fail."""
        try:
            do()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is this client's result
            self.steps[step] = _in_short(error)
            return step in self.known
        if step != "consent":  # the recorded requests show that
            self.steps.setdefault(step, "ok")
        return True

    def _list(self) -> None:
        found = set(self._ask(step="list")["tools"])
        if missing := journey.TOOLS - found:
            raise Failed(f"not listed: {sorted(missing)}")

    def _read(self) -> None:
        tool, arguments = journey.READ
        journey.check_read(_record(self._call(tool, arguments)))

    def _write(self) -> None:
        tool, arguments = journey.write(self.name)
        written = _record(self._call(tool, arguments))
        journey.check_write(written)
        kept = self.server.manage(
            "shell", "-v0", "-c",
            "from maintenance.models import WorkRequest;"
            f"print(*WorkRequest.objects.filter(pk={int(written['id'])}).values_list('description'))",
        )  # fmt: skip
        if self.name not in kept:
            raise Failed(f"the database does not have it: {kept[:200]}")

    def _refresh(self) -> None:
        if self.name in GIVEN_A_TOKEN:
            self.steps["refresh"] = "given a token"
            return
        self.program.rest(LIFETIMES.get(self.name, TOKEN_SECONDS) + 1)
        signed_in = self._count("/oauth/authorize")
        self._read()
        if not [
            note
            for note in self._asked()
            if note.get("grant_type") == "refresh_token" and note["status"] == 200
        ]:
            raise Failed("no refresh token was used")
        if self._count("/oauth/authorize") != signed_in:
            raise Failed("it asked for a new sign-in")

    def _disconnect(self) -> None:
        """Disconnect the app as the person; after that no call may succeed."""
        self.person.stop_everything(self.server.url)
        self.program.person_goes()
        time.sleep(2)  # "takes effect within a second"
        before = _lines(self.record)
        tool, arguments = journey.READ
        try:
            answer = self.program.ask({"step": "call", "tool": tool, "arguments": arguments})
        except Gone:
            answer = {}
        if "result" in answer:
            try:
                journey.check_read(_record(answer["result"]))
            except (Failed, ValueError, KeyError, AssertionError):
                pass  # it reports the error in words
            else:
                raise Failed("a call succeeded after the stop")
        if not any(note["status"] in {400, 401} for note in _notes(self.record, before)):
            raise Failed("the server refused nothing")

    def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        return self._ask(step="call", tool=tool, arguments=arguments)["result"]

    def _ask(self, **what: Any) -> dict[str, Any]:
        answer = self.program.ask(what, sign_in=self.person.decide)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def _asked(self) -> list[dict[str, Any]]:
        return _notes(self.record, self._from)

    def _count(self, path: str) -> int:
        return sum(note["path"] == path and note["method"] == "GET" for note in self._asked())

    def _note_the_sign_in(self, asked: list[dict[str, Any]]) -> None:
        if self.name in GIVEN_A_TOKEN:
            self.steps |= dict.fromkeys(("discover", "sign in", "consent"), "given a token")
            return
        seen = {(note["method"], note["path"], note["status"]) for note in asked}
        if any(path.startswith("/.well-known/") and status == 200 for _method, path, status in seen):
            self.steps["discover"] = "ok"
        if ("GET", "/oauth/authorize", 302) in seen or ("GET", "/oauth/authorize", 200) in seen:
            self.steps["sign in"] = "ok"
        if any(note.get("grant_type") == "authorization_code" and note["status"] == 200 for note in asked):
            self.steps["consent"] = "ok"


def _in_short(error: Exception) -> str:
    """Summarize the result in a line, without paths of this machine."""
    told = f"{type(error).__name__}: {error}".strip()
    if "Traceback" in told or "\n" in told:
        lines = [line for line in told.splitlines() if line.strip(" |+-^")]
        told = lines[-1].strip(" |")
    return told.replace(str(ROOT), ".")[:300]


def _record(result: Any) -> dict[str, Any]:
    """Return the structured answer, or what the text tells. Some clients print either as JSON."""
    if isinstance(result, str):
        if fenced := text_reader.FENCED.search(result):
            return text_reader.read(fenced[0])
        begin = result.find("{")
        if begin < 0:
            raise Failed(f"no data in {result[:200]!r}")
        result = json.JSONDecoder().raw_decode(result, begin)[0]
    found = result.get("structuredContent", result)
    if not isinstance(found, dict):
        raise Failed(f"no data in {result!r:.200}")
    return found


def _sent(asked: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the client itself added to its requests."""
    authorize = next((note for note in asked if "code_challenge_method" in note), {})
    exchange = next((note for note in asked if note.get("grant_type") == "authorization_code"), {})
    calls = [note for note in asked if note.get("rpc")]
    told = {
        "client": next((note["client"] for note in calls if note["client"]), ""),
        "user_agent": next((note["user_agent"] for note in calls), ""),
        "protocol": next((note["protocol"] for note in reversed(calls) if note["protocol"]), ""),
        "scope": authorize.get("scope", "none") if authorize else "",
        "resource": "yes" if authorize.get("resource") else "no" if authorize else "",
        "authentication": exchange.get("authentication", ""),
    }
    return {name: value for name, value in told.items() if value}


def _lines(record: Path) -> int:
    return len(_notes(record, 0))


def _notes(record: Path, begin: int) -> list[dict[str, Any]]:
    noted = record.read_text("utf-8").splitlines() if record.exists() else []
    return [json.loads(line) for line in noted[begin:]]


def main(chosen: list[str]) -> int:
    failed = 0
    with tempfile.TemporaryDirectory(prefix="clients-") as place:
        directory = Path(place)
        record = directory / "record.jsonl"
        with started(
            directory / "product",
            "tests.clients.recording:application",
            RECORD=str(record),
            MCP_ORIGINS="http://localhost:6274",
            LIFETIME=str(directory / "lifetime"),
        ) as server:
            for name in chosen or [name for name in names() if (INSTALLED / name).is_dir()]:
                result = Run(name, server, record, directory / "homes" / name).go()
                _keep(name, result)
                wrong = surprises(result["steps"], known(name))
                sys.stdout.write(f"{name}: {'ok' if not wrong else json.dumps(wrong, indent=1)}\n")
                sys.stdout.flush()
                failed += bool(wrong)
    return failed


def _keep(name: str, result: dict[str, Any]) -> None:
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    results[name] = result
    RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
