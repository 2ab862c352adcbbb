"""docs/clients.md agrees with matrix.toml and the last run, and no row has a gap."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tests.clients import matrix
from tests.clients.install import PROGRAMS, names
from tests.process.server import ROOT

READ, RUNS = matrix.matrix(), matrix.last_run()


def test_the_document_is_made_of_them() -> None:
    assert (ROOT / "docs/clients.md").read_text(encoding="utf-8") == matrix.document()


@pytest.mark.parametrize("client", READ["client"], ids=lambda client: str(client["name"]))
def test_each_row_is_whole_and_each_cell_has_a_source(client: matrix.Client) -> None:
    assert client["version"]
    for name in matrix.CELLS:
        found = matrix.cell(client, name, RUNS)
        assert found is not None, name
        assert found[0], name
        assert found[1] in READ["sources"], name
    assert ("program" in client) != ("result" in client)


def test_each_program_has_its_row_and_its_run() -> None:
    rows = {client["program"]: client for client in READ["client"] if "program" in client}
    assert set(rows) == set(names()) == set(RUNS)
    for name, client in rows.items():
        wanted = (PROGRAMS / name / "packages.txt").read_text(encoding="utf-8").split()[0]
        assert re.split(r"==|(?<=.)@", wanted)[-1] == client["version"]
        assert set(RUNS[name]["steps"]) == set(matrix.STEPS)
        assert dt.date.fromisoformat(RUNS[name]["on"]) >= dt.date(2026, 11, 29)


def test_a_missing_step_is_shown_as_such() -> None:
    steps = dict.fromkeys(matrix.STEPS, "ok") | {"write": "Failed: x"}
    shown = matrix._steps({"program": "one"}, {"one": {"steps": steps}})
    assert shown.count("**no**") == 1
    shown = matrix._steps({"program": "one", "known": {"write": ["why", "code"]}}, {"one": {"steps": steps}})
    assert shown.count("known not to") == 1
    assert "**no**" not in shown


ALL_GOOD = dict.fromkeys(matrix.STEPS, "ok")


@pytest.mark.parametrize(
    ("steps", "known", "told"),
    [
        ({}, (), set()),
        ({"sign in": "given a token"}, (), set()),
        ({"refresh": "Failed: x"}, ("refresh",), set()),
        ({"refresh": "Failed: x"}, (), {"refresh"}),
        ({"refresh": "Failed: x", "disconnect": "not reached"}, (), {"refresh", "disconnect"}),
        ({"refresh": "Failed: x", "disconnect": "Failed: y"}, ("refresh",), {"disconnect"}),
        ({}, ("refresh",), {"refresh"}),
    ],
)
def test_a_run_fails_by_what_is_new(steps: dict[str, str], known: tuple[str, ...], told: set[str]) -> None:
    assert set(matrix.surprises(ALL_GOOD | steps, known)) == told


@pytest.mark.parametrize("name", sorted(RUNS))
def test_the_last_run_holds_no_surprise(name: str) -> None:
    known = matrix.known(name)
    assert set(known) <= set(matrix.STEPS)
    assert {source for _why, source in known.values()} <= set(READ["sources"])
    assert matrix.surprises(RUNS[name]["steps"], known) == {}


def test_no_source_is_named_in_vain() -> None:
    used = {
        source
        for client in READ["client"]
        for name in (*matrix.CELLS, "result")
        if (found := client.get(name))
        for source in found[1:]
    }
    used |= {source for client in READ["client"] for _why, source in client.get("known", {}).values()}
    assert set(READ["sources"]) - used <= {"run"}
