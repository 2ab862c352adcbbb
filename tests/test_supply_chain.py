"""What the product is built of: pinned with hashes, and nothing outside of the list (cases 279 to 281)."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([^\s;\\]+)", re.MULTILINE)
INSTALLERS = {"pip", "setuptools", "wheel"}
# Shapes of credentials: ours with their whole length, and keys of others.
SECRETS = (
    r"fm[asrc]_[A-Za-z0-9_-]{43}|-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}"
)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return {canonical(name): version for name, version in PIN.findall(text)}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_case_280_each_requirement_is_pinned_with_hashes(file: str) -> None:
    """SLSA, PEP 665: a build from an empty cache gets the same bytes."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / file).read_text(encoding="utf-8").strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) > 30
    assert [entry.split()[0] for entry in packages if not PIN.match(entry)] == []
    assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry] == []
    assert "--require-hashes" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_case_280_no_package_outside_of_the_list_is_installed() -> None:
    """OWASP ASVS 15.2.4: what runs the tests is what the lists name, in their versions."""
    named = pinned("requirements-dev.txt")
    installed = {canonical(each.metadata["Name"]): each.version for each in distributions()}
    ours = {"fracttal-mcp"}
    assert sorted(set(installed) - set(named) - INSTALLERS - ours) == []
    assert {name: version for name, version in installed.items() if named.get(name, version) != version} == {}
    runs = pinned("requirements.txt")
    assert {name: version for name, version in runs.items() if named.get(name) != version} == {}


def test_case_281_the_linter_finds_no_insecure_pattern() -> None:
    """The rules of bandit, over all that is served; an exception stands beside its line."""
    served = [
        path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in {"tests", "bench"}
    ]
    assert len(served) > 5
    ran = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "S", "--ignore", "S101", *sorted(served)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_case_281_no_credential_was_ever_committed() -> None:
    """CWE-798, over the whole history: nothing of the shape of a secret outside of tests."""
    found = subprocess.run(
        ["git", "log", "--all", "-p", "--no-color", "-E", f"-G{SECRETS}", "--format=%h", "--", ".",
            ":!tests"],
        cwd=ROOT, capture_output=True, text=True, check=False, errors="replace",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    lines = [line for line in found.stdout.splitlines() if line[:1] in "+-" and re.search(SECRETS, line)]
    assert lines == []
