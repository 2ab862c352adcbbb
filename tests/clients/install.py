"""Install the clients that `make clients` runs, each in an environment of its own under var/clients.

    python -m tests.clients.install [--pin] [NAME …]

Versions are pinned in programs/NAME/requirements.txt or package-lock.json. `--pin` writes these
anew from what `packages` in programs/NAME/packages.txt names.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.clients.node import node
from tests.process.server import ROOT

PROGRAMS = Path(__file__).parent / "programs"
INSTALLED = ROOT / "var" / "clients"
PIP = ["-m", "pip", "--disable-pip-version-check", "-q"]
OF_NODE = ("package.json", "package-lock.json")


def names() -> list[str]:
    return sorted(path.parent.name for path in PROGRAMS.glob("*/program.*"))


def install(name: str) -> None:
    """Install, but only if the pinned versions have changed."""
    pins = _pins(name)
    folder = INSTALLED / name
    kept = folder / f"installed-{pins.name}"
    if kept.exists() and kept.read_bytes() == pins.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    if pins.suffix == ".txt":
        venv.create(folder, with_pip=True)
        _run(str(folder / "bin" / "python"), *PIP, "install", "--no-deps", "-r", str(pins))
    else:
        folder.mkdir(parents=True)
        for file in OF_NODE:
            shutil.copy(PROGRAMS / name / file, folder / file)
        _npm(folder, "install")  # `ci` refuses a lock that lacks optional packages of other systems
    kept.write_bytes(pins.read_bytes())


def pin(name: str) -> None:
    """Resolve the named packages anew, and pin every version that they depend on."""
    wanted = (PROGRAMS / name / "packages.txt").read_text(encoding="utf-8").split()
    folder = INSTALLED / name
    shutil.rmtree(folder, ignore_errors=True)
    if _of_node(name):
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        _npm(folder, "install", "--save-exact", "--omit-lockfile-registry-resolved", *wanted)
        for file in OF_NODE:
            shutil.copy(folder / file, PROGRAMS / name / file)
    else:
        venv.create(folder, with_pip=True)
        python = str(folder / "bin" / "python")
        _run(python, *PIP, "install", *wanted)
        frozen = subprocess.run([python, *PIP, "freeze"], check=True, capture_output=True, text=True).stdout
        (PROGRAMS / name / "requirements.txt").write_text(frozen, encoding="utf-8")
    pins = _pins(name)
    (folder / f"installed-{pins.name}").write_bytes(pins.read_bytes())


def _of_node(name: str) -> bool:
    """Parse npm packages, which have their version after an @."""
    return "@" in (PROGRAMS / name / "packages.txt").read_text(encoding="utf-8").split()[0][1:]


def _pins(name: str) -> Path:
    return PROGRAMS / name / (OF_NODE[1] if _of_node(name) else "requirements.txt")


def _npm(folder: Path, *arguments: str) -> None:
    path = f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"
    npm = shutil.which("npm") or "npm"
    _run(npm, *arguments, "--no-audit", "--no-fund", "--loglevel=error", cwd=folder, PATH=path)


def _run(*command: str, cwd: Path | None = None, **environment: str) -> None:
    subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pin", action="store_true", help="resolve the packages anew and write the pins")
    parser.add_argument("names", nargs="*", metavar="NAME", help="without names: every client")
    chosen = parser.parse_args()
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in chosen.names or names():
        (pin if chosen.pin else install)(name)
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
