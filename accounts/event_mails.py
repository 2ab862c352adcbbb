"""Mails about events: to a person about an app of theirs, to administrators about five kinds.

A mail is built after the commit and sent by a thread of its own, so that no answer waits for the mail server
and none fails with it. Each contains names and an address of our own pages, never a secret or a link that
opens anything by itself.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.dispatch import receiver
from django.utils import translation

from accounts.current import CONFIGURE
from accounts.models import Company, Membership, User
from accounts.security_policy import policy_of
from accounts.sign_in_rules import admits_address
from audit.kinds import Kind
from audit.models import Event
from audit.signals import recorded

logger = logging.getLogger(__name__)

HOUR_SECONDS, DAY_SECONDS = 3600, 24 * 3600
MOST_ADMINISTRATORS = 20
MOST_OF_A_COMPANY_A_DAY = 200  # of each template
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class ForAdministrators:
    """A mail to the administrators, and the company's switch for it."""

    template: str
    switch: str


_MAILS = {
    Kind.CONSUMER_ADDED: ForAdministrators("new_consumer", "mail_new_consumer"),
    Kind.PROGRAM_REGISTERED: ForAdministrators("new_consumer", "mail_new_consumer"),
    Kind.AUTHORIZE_REFUSED: ForAdministrators("refused_callback", "mail_refused_callback"),
    Kind.TOKEN_REPLAYED: ForAdministrators("token_replayed", "mail_token_replayed"),
    Kind.SECRET_EXPIRING: ForAdministrators("secret_expiring", "mail_secret_expiring"),
    Kind.ACCESS_ASKED: ForAdministrators("access_asked", "mail_access_asked"),
}


@receiver(recorded)
def _mail(events: Sequence[Event], **kwargs: Any) -> None:
    for event in events:
        try:
            if event.kind == Kind.TOKEN_ISSUED and event.user_id is not None:
                _to_the_person(event)
            elif event.kind in {Kind.ACCESS_APPROVED, Kind.ACCESS_REFUSED}:
                _to_who_asked(event)
            elif event.kind in _MAILS and (
                event.kind != Kind.AUTHORIZE_REFUSED or event.reason == "callback_unregistered"
            ):
                _to_administrators(event, _MAILS[Kind(event.kind)])
        except (DatabaseError, OSError) as error:
            logger.error("no mail about an event: %s", type(error).__name__)


def _to_the_person(event: Event) -> None:
    """Tell a person that an app got its first token in this company."""
    earlier = Event.objects.filter(
        company_id=event.company_id,
        consumer_id=event.consumer_id,
        user_id=event.user_id,
        kind=Kind.TOKEN_ISSUED,
        position__lt=event.position,
    )
    if earlier.exists():
        return
    person = User.objects.filter(pk=event.user_id or 0, is_active=True, mail_first_connection=True).first()
    company = Company.objects.filter(pk=event.company_id).first()
    if person is not None and company is not None:
        _send("first_connection", event, company, person)


def _to_who_asked(event: Event) -> None:
    """Tell a person what an administrator decided about the app they asked for."""
    person = User.objects.filter(pk=event.subject_id, is_active=True, mail_access_decided=True).first()
    company = Company.objects.filter(pk=event.company_id).first()
    if person is not None and company is not None:
        _send("access_decided", event, company, person)


def _to_administrators(event: Event, mail: ForAdministrators) -> None:
    company = Company.objects.filter(pk=event.company_id, **{mail.switch: True}).first()
    about = event.consumer_id or event.subject_name
    if company is None or not _first_of_this_hour(f"{company.pk}:{mail.template}:{about}"):
        return
    members = Membership.objects.filter(company=company, active=True, user__is_active=True)
    domains = policy_of(company).allowed_domains
    administrators = [
        each.user
        for each in members.select_related("user", "permission_group").order_by("pk")
        if CONFIGURE in each.rights
        and each.user.has_usable_password()
        and admits_address(domains, each.user.email)
    ]
    for user in administrators[:MOST_ADMINISTRATORS]:
        _send(mail.template, event, company, user)


def _send(template: str, event: Event, company: Company, user: User) -> None:
    if not _within_the_day(company, template):
        logger.warning("company %s: no more mails %s today", company.pk, template)
        return
    values = {
        "app": _plain(event.consumer_name or event.subject_name),
        "company": company.name,
        "person": event.user_email,
        "callback_host": _host(str(event.facts.get("callback", ""))),
        "days": event.facts.get("days"),
        "approved": event.kind == Kind.ACCESS_APPROVED,
        "public_url": settings.PUBLIC_URL,
        "email": user.email,
    }
    with translation.override(user.language or company.language):
        message: EmailMessage = get_adapter().render_mail(f"accounts/email/{template}", user.email, values)
    from accounts.apps import AccountsConfig

    cast(AccountsConfig, apps.get_app_config("accounts")).mail_thread.submit(deliver, message)


def deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        logger.error("a mail about an event was not sent: %s", type(error).__name__)


def _plain(name: str) -> str:
    """Return the name of a program for a mail. It may have chosen it itself, so it contains no link."""
    return "".join(letter for letter in name if letter.isprintable()).replace("://", " ")[:LONGEST_NAME]


def _host(callback: str) -> str:
    """Return the host of a refused callback, which came from outside: letters, digits, dots and hyphens."""
    try:
        host = (urlsplit(callback).hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    return host if len(host) <= 100 and host.replace("-", "").replace(".", "").isalnum() else ""


def _first_of_this_hour(name: str) -> bool:
    return bool(cache.add(f"event-mail:{hashlib.sha256(name.encode()).hexdigest()}", 1, HOUR_SECONDS))


def _within_the_day(company: Company, template: str) -> bool:
    """Count by template, so that what anybody can cause crowds out nothing else."""
    key = f"event-mails:{company.pk}:{template}"
    cache.add(key, 0, DAY_SECONDS)
    try:
        return int(cache.incr(key)) <= MOST_OF_A_COMPANY_A_DAY
    except ValueError:
        return True  # it expired between the two calls
