"""server.json, through which the MCP registry and its clients find an installation."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from jsonschema import Draft7Validator

from tests.process.server import ROOT

SCHEMA = json.loads((Path(__file__).parent / "server_schema.json").read_text(encoding="utf-8"))
SERVER: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))


def problems(server: dict[str, Any]) -> list[str]:
    return [problem.json_path for problem in Draft7Validator(SCHEMA).iter_errors(server)]


def test_it_is_what_the_registry_takes() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert problems(SERVER) == []


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("name",), "fracttal-one", "$.name"),
        (("description",), "x" * 101, "$.description"),
        (("remotes", 0, "type"), "http", "$.remotes[0].type"),
        (("remotes", 0, "url"), "{host}/mcp", "$.remotes[0].url"),
        (("remotes", 0, "variables", "host", "isRequired"), "yes", "$.remotes[0].variables.host.isRequired"),
    ],
)
def test_the_rules_are_those_of_the_registry(path: tuple[Any, ...], value: Any, where: str) -> None:
    changed = copy.deepcopy(SERVER)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert problems(changed) == [where]


def test_with_the_host_of_an_installation_it_is_the_mcp_server_url() -> None:
    (remote,) = SERVER["remotes"]
    assert re.findall(r"{(\w+)}", remote["url"]) == list(remote["variables"])
    assert remote["url"].replace("{host}", "localhost") == f"https://localhost{settings.MCP_PATH}"


def test_its_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert SERVER["version"] == project["version"]
