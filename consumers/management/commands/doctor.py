"""Plays an assistant that connects, and prints each step as the page that watches a connection does."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consumers.handshake.doctor import Doctor, Finding, Patient
from consumers.handshake.progress import State
from consumers.handshake.steps import OF_PROGRAMS, Step
from consumers.handshake.wording import TITLES, failure_of
from consumers.models import Consumer

BEFORE_THE_KEY = (Step.CHALLENGE, Step.RESOURCE_DOCUMENT, Step.SERVER_DOCUMENT)
OF_A_PERSON = frozenset({Step.SIGN_IN, Step.CONSENT, Step.CODE})


class Command(BaseCommand):
    help = "Plays an assistant that connects, over HTTP, and says at which step it stops and what to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.MCP_RESOURCE, help="default: the MCP server URL")
        parser.add_argument(
            "--key", default="", help="of a consumer; asks for its secret, or reads it from stdin"
        )
        parser.add_argument("--callback", default="", metavar="URL", help="default: the first registered one")

    def handle(self, *args: Any, **options: Any) -> None:
        consumer = Consumer.objects.filter(client_id=options["key"]).first() if options["key"] else None
        if options["key"] and consumer is None:
            raise CommandError("No consumer has this key.")
        doctor = Doctor(_patient(consumer, options["url"], options["callback"]))
        found = {finding.step: finding for finding in doctor.examine()}
        failed = any(finding.state is State.FAILED for finding in found.values())
        steps = (
            Step if consumer is None or consumer.is_authorization_code else (*BEFORE_THE_KEY, *OF_PROGRAMS)
        )
        for step in steps:
            if step in found:
                self._print(found[step])
            else:
                why = "needs a person" if step in OF_A_PERSON and consumer else "not played"
                self.stdout.write(f"-       {TITLES[step]}: {why}")
        if failed:
            raise CommandError("The connection stops at the step marked FAILED.")

    def _print(self, finding: Finding) -> None:
        mark = "ok" if finding.state is State.DONE else "FAILED"
        words = f": {finding.detail}" if finding.detail else ""
        self.stdout.write(f"{mark:<7} {TITLES[finding.step]}{words}")
        if finding.reason:
            failure = failure_of(finding.reason)
            self.stdout.write(f"        {failure.why} {failure.cure}")


def _patient(consumer: Consumer | None, url: str, callback: str) -> Patient:
    if consumer is None:
        return Patient(url)
    return Patient(
        url,
        key=consumer.client_id,
        secret="" if consumer.is_public else _secret(),
        callback=callback or next(iter(consumer.callback_urls), ""),
        for_company=not consumer.is_authorization_code,
    )


def _secret() -> str:
    """Ask for the secret, so that it is in no list of processes and no history of a shell."""
    return getpass.getpass("Secret: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
