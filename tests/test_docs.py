"""Documents that name things in the code are compared with the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from consumers.screens.presets import PRESETS
from mcp_gateway.calls import errors
from mcp_gateway.calls.caller import DEFAULT_TOOLSET
from mcp_gateway.management.commands.describe_tools import document
from mcp_gateway.methods.prompts import PROMPTS
from mcp_gateway.tools.catalogue import CATALOGUE
from mcp_gateway.tools.metrics.metric import Metric

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "fracttal_mcp" / "environment.py").read_text(encoding="utf-8")


def test_every_environment_variable_is_documented_and_nothing_else() -> None:
    read = set(re.findall(r"""(?:environ(?:\.get\(|\[)|_whole\(|_seconds\()\s*"([A-Z_]+)\"""", SETTINGS))
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", table, flags=re.MULTILINE))
    assert read == documented


def test_one_module_alone_reads_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for app in (
            "fracttal_mcp",
            "audit",
            "listing",
            "accounts",
            "consumers",
            "mcp_gateway",
            "maintenance",
            "activity",
        )
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"environ\b(?!\.setdefault)|getenv", path.read_text(encoding="utf-8"))
    ]
    assert readers == ["fracttal_mcp/environment.py"]


def test_the_document_of_the_tools_is_that_of_the_registry() -> None:
    written = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    assert written == document(CATALOGUE), "run: manage.py describe_tools > docs/tools.md"


SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
NUMBERS = {word: number for number, word in enumerate(SMALL.split())} | {"twenty": 20, "thirty": 30}


def figure(before: str, after: str) -> int:
    """Return the number, written in words, between two texts of the README."""
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


@pytest.mark.parametrize(
    ("table", "least"), [("docs/faults.md", 60), ("docs/reports.md", 20), ("docs/screen-findings.md", 40)]
)
def test_the_tests_that_a_table_names_are_there(table: str, least: int) -> None:
    text = (ROOT / table).read_text(encoding="utf-8")
    named = re.findall(r"(tests/[\w/]+\.py)((?:(?:, )?::\w+(?:::\w+)*)*)", text)
    assert len(named) > least
    for path, names in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"::(\w+)", names):
            assert re.search(rf"\b(def|class) {name}\b", source), f"{path}::{name}"


def test_every_finding_on_the_screens_has_its_test() -> None:
    """The walk had 43 findings. Of the demo plant's texts (41) nothing is claimed."""
    text = (ROOT / "docs" / "screen-findings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| S[123] ([\d, ]+)\|[^|]*\|([^|]*)\|", text, flags=re.MULTILINE)
    numbers = [int(number) for named, _tests in rows for number in named.split(",")]
    assert numbers == list(range(1, 44))
    assert {named.strip() for named, tests in rows if "tests/" not in tests} <= {"41"}


def sources() -> list[Path]:
    """Return code, templates and documents of the repository, without installed or generated files."""
    folders = [
        "accounts",
        "bench",
        "consumers",
        "docs",
        "fracttal_mcp",
        "maintenance",
        "mcp_gateway",
        "templates",
        "tests",
    ]
    kinds = {".py", ".md", ".html", ".toml", ".css", ".js"}
    within = [path for folder in (*folders, "templates", "tests") for path in (ROOT / folder).rglob("*")]
    texts = [path for path in within if path.suffix in kinds and "node_modules" not in path.parts]
    return [*ROOT.glob("*.md"), *texts]


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub builds them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def misled(path: Path) -> Iterator[str]:
    """Yield citations of a document, or of one of its headings, that lead nowhere."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        links = re.findall(r"\]\(((?:[\w./-]+\.md)?)(?:#([\w-]+))?\)", text)
        cited = [(path.parent / name if name else path, anchor) for name, anchor in links]
    else:
        named = re.findall(r"\b(docs/[\w./-]+\.md)(?:#([\w-]+))?", text)
        cited = [(ROOT / name, anchor) for name, anchor in named]
    for target, anchor in cited:
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{path.relative_to(ROOT)}: {target.resolve().relative_to(ROOT)}#{anchor}"


def test_every_citation_of_a_document_leads_to_a_heading_of_it() -> None:
    assert [wrong for path in sources() for wrong in misled(path)] == []


# What a section sign may refer to. It must be at most one line before the sign.
STANDARD = re.compile(
    r"RFC \d{4}|OpenID Connect (Core|Discovery)|OAuth 2\.1|FAPI 2\.0|NIST SP|draft-[a-z]|CIMD draft|"
    r"MCP enterprise"
)


def test_every_section_sign_belongs_to_a_standard() -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, sign.start()) + 1}"
        for path in sources()
        if path != Path(__file__).resolve()
        for text in (path.read_text(encoding="utf-8"),)
        for sign in re.finditer("§", text)
        if not STANDARD.search(text[max(0, sign.start() - 110) : sign.start()])
    ]
    assert bare == []


def drawn(error: type[errors.GatewayError], depth: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the class and its subclasses, with the depth of each."""
    yield depth, error.__name__
    for derived in error.__subclasses__():
        if derived.__module__ == errors.__name__:
            yield from drawn(derived, depth + 1)


def test_the_tree_of_errors_is_that_of_the_classes() -> None:
    tree = re.findall(r"^    ((?:[│ ]   )*(?:[├└]── )?)([A-Z]\w+)", errors.__doc__ or "", flags=re.MULTILINE)
    assert [(len(lines) // 4, name) for lines, name in tree] == list(drawn(errors.GatewayError))


DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_a_date(decision: Path) -> None:
    head = decision.read_text(encoding="utf-8")
    number = int(decision.name[:4])
    assert re.match(rf"# {number}\. [A-Z].+\n\nDate: \d{{4}}-\d\d-\d\d\n\n\S", head), head[:120]


def test_the_generated_table_of_the_contract_is_no_wider_than_a_screen() -> None:
    table = (ROOT / "docs" / "upstream.md").read_text(encoding="utf-8")
    assert [line for line in table.split("\n") if len(line) > 120] == []


@pytest.mark.parametrize(
    "name",
    [
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/reference/security.md",
        "docs/reference/fracttal-api.md",
    ],
)
def test_the_files_that_a_document_names_are_there(name: str) -> None:
    folders = "accounts|bench|connections|consumers|docs|fracttal_mcp|maintenance|mcp_gateway|templates|tests"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", (ROOT / name).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_the_settings_for_gemini_cli_name_the_callback_that_is_filled_in(language: str) -> None:
    """Without `redirectUri` Gemini CLI picks a port each time, which `localhost` may not have."""
    guide = (ROOT / f"docs/guides/gemini-cli.{language}.md").read_text(encoding="utf-8")
    settings = json.loads(guide.partition("```json")[2].partition("```")[0])
    assert settings["mcpServers"]["fracttal-one"]["oauth"]["redirectUri"] in PRESETS["gemini"].callbacks
