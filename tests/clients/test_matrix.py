"""docs/clients.md says what matrix.toml and the last run say, and no row has a gap."""

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
    assert matrix._steps({"steps": steps}).count("**no**") == 1


def test_no_source_is_named_in_vain() -> None:
    used = {
        source
        for client in READ["client"]
        for name in (*matrix.CELLS, "result")
        if (found := client.get(name))
        for source in found[1:]
    }
    assert set(READ["sources"]) - used <= {"run"}
