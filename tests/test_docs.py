"""Documents that name things of the code are held to the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcp_gateway.management.commands.describe_tools import document
from mcp_gateway.tools import CATALOGUE

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


DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").glob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    missing = [target for target in local if not (document.parent / target).exists()]
    assert missing == []
