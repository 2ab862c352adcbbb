"""`manage.py verify_audit`: verifies the chains of the log, and prints their heads to keep elsewhere."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.append_only import is_installed
from audit.verification import Anchor, companies, compare, verify


class Command(BaseCommand):
    help = "Verify that no event of the log was changed, removed, inserted or moved."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", type=int, help="only the company with this id")
        parser.add_argument(
            "--anchors", type=Path, help="a file with earlier `anchor` lines, by which a cut end is found"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted, broken, began = options["company"], 0, timezone.now()
        anchors = list(_read(options["anchors"])) if options["anchors"] else []
        for company in companies() if wanted is None else [wanted]:
            found = verify(company)
            problems = [found.broken] if found.broken else []
            problems += [
                said for anchor in anchors if anchor.company_id == company and (said := compare(anchor))
            ]
            for problem in problems:
                self.stderr.write(f"company {company}: BROKEN: {problem}")
            broken += bool(problems)
            self.stdout.write(f"company {company}: {found.count} events verified")
            if found.digest and not problems:
                self.stdout.write(f"anchor {company} {found.position} {found.digest} {began.isoformat()}")
        known = set(companies())
        for anchor in anchors:
            if anchor.company_id not in known and wanted in {None, anchor.company_id}:
                self.stderr.write(f"company {anchor.company_id}: BROKEN: its whole chain is gone")
                broken += 1
        if not is_installed():
            self.stderr.write("The triggers that keep the log append-only are missing.")
            broken += 1
        if broken:
            raise CommandError("The log is not as it was written.")


def _read(file: Path) -> Iterator[Anchor]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0] != "anchor":
            continue
        try:
            _anchor, company, position, digest, *at = words
            when = dt.datetime.fromisoformat(*at).astimezone() if at else None
            yield Anchor(int(company), int(position), digest, when)
        except (TypeError, ValueError):
            raise CommandError(f"{file}, line {number} is no anchor") from None
