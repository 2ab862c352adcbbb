"""Documents that name things of the code are held to the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from mcp_gateway.calls.tool import DEFAULT_TOOLSET
from mcp_gateway.management.commands.describe_tools import document
from mcp_gateway.methods.prompts import PROMPTS
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.metrics.metric import Metric

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "fracttal_mcp" / "settings.py").read_text(encoding="utf-8")


def test_every_environment_variable_is_documented_and_nothing_else() -> None:
    read = set(re.findall(r"""(?:environ(?:\.get\(|\[)|_whole\(|_seconds\()\s*"([A-Z_]+)\"""", SETTINGS))
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE))
    assert read == documented


def test_settings_alone_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for app in ("fracttal_mcp", "accounts", "consumers", "mcp_gateway", "maintenance")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"environ\b(?!\.setdefault)|getenv", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["fracttal_mcp/settings.py"]


def test_the_document_of_the_tools_is_that_of_the_registry() -> None:
    written = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    assert written == document(CATALOGUE), "run: manage.py describe_tools > docs/tools.md"


SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
NUMBERS = {word: number for number, word in enumerate(SMALL.split())} | {"twenty": 20, "thirty": 30}


def figure(before: str, after: str) -> int:
    """The number in words that stands between two texts of the README."""
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    found = re.search(f"{before} ?([A-Za-z-]+) {after}", text)
    assert found is not None, (before, after)
    return sum(NUMBERS[word] for word in found[1].lower().split("-"))


def test_the_figures_of_the_readme_are_those_of_the_code() -> None:
    sets = [tool.toolset for tool in CATALOGUE.tools.values()]
    usual = sets.count(DEFAULT_TOOLSET)
    assert figure("", "tools come with every connection") == usual
    assert figure("", "more come in sets") == len(sets) - usual
    assert figure("and", "metrics:") == len(get_args(Metric))
    assert figure("and", "prompts in English") == len(PROMPTS)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", readme.split(" more come in sets")[1].split(". A client")[0]))
    assert named == set(sets) - {DEFAULT_TOOLSET}


DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    missing = [target for target in local if not (document.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize(("table", "least"), [("docs/faults.md", 60), ("docs/reports.md", 20)])
def test_the_tests_that_a_table_names_are_there(table: str, least: int) -> None:
    text = (ROOT / table).read_text(encoding="utf-8")
    named = re.findall(r"(tests/[\w/]+\.py)((?:(?:, )?::\w+(?:::\w+)*)*)", text)
    assert len(named) > least
    for path, names in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"::(\w+)", names):
            assert re.search(rf"\b(def|class) {name}\b", source), f"{path}::{name}"
