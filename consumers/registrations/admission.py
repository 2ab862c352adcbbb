"""Admits programs: by a registration token, by an administrator, or by a host that the company trusts."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Company, PermissionGroup, User
from audit.kinds import Kind
from audit.recording import Subject, record
from consumers.client_documents import ClientDocument, load
from consumers.digests import Prefix, digest, make, make_key
from consumers.models import Consumer
from consumers.registrations.client_metadata import MAX_NAME, ClientMetadata
from consumers.registrations.models import InitialAccessToken, Registration, RegistrationRules
from consumers.security_log import note

MOST_WAITING = 50
MOST_WAITING_OF_ONE_ADDRESS = 5
MOST_WAITING_OF_ONE_PERSON = 10
# Programs of one company that no administrator admitted. Unused ones are removed for new ones (unused_since).
MOST_BY_THEMSELVES = 200


class TooMany(Exception):
    """Too many programs already wait for the company's decision or were admitted without one."""


class ChangedMeanwhile(Exception):
    """The program changed since the administrator saw it, or was decided about already."""


def sole_rules() -> RegistrationRules | None:
    """Return the rules if the installation has only one company, so that no address needs to name it."""
    others = Company.objects.exclude(pk=OuterRef("company_id"))
    return RegistrationRules.objects.of_companies_that_are_on().filter(~Exists(others)).first()


def register(
    rules: RegistrationRules, data: ClientMetadata, token: InitialAccessToken | None, address: str
) -> tuple[Registration, str, str]:
    """Store a program.

    Return it with its secret ("" for a public client) and its registration access token.
    """
    secret = "" if data.auth_method == "none" else make(Prefix.SECRET)
    management = make(Prefix.REGISTRATION_TOKEN)
    with transaction.atomic():
        _make_room(rules, token, address)
        registration = Registration(
            company_id=rules.company_id,
            way=Registration.Way.TOKEN if token else Registration.Way.ANONYMOUS,
            client_id=make_key(),
            auth_method=data.auth_method,
            secret_digest=digest(secret) if secret else "",
            secret_hint=secret[-4:],
            token_digest=digest(management),
            asked_from=_ip(address),
        )
        describe(registration, data)
        registration.save()
        if token:
            InitialAccessToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
            _let_in(registration, token.permission_group, token.created_by)
        record(
            Kind.PROGRAM_REGISTERED,
            company_id=rules.company_id,
            consumer=registration.consumer,
            subject=_subject(registration),
            facts={"way": registration.way, "waits": registration.consumer is None},
            address=address,
        )
    note("program registered itself", registration=registration.pk, way=registration.way)
    return registration, secret, management


def describe(registration: Registration, data: ClientMetadata) -> None:
    registration.name, registration.callbacks = data.name, data.callbacks
    registration.url, registration.licence_url = data.url, data.licence_url
    registration.privacy_policy_url = data.privacy_policy_url


def ask(rules: RegistrationRules, url: str, user: User, *, address: str = "") -> None:
    """Submit a program with a metadata document to the administrators. Raises Unavailable if it has none."""
    if Registration.objects.filter(company_id=rules.company_id, client_id=url).exists():
        return
    document = load(url)
    with transaction.atomic():
        _locked(rules)
        waiting = Registration.objects.waiting().filter(company_id=rules.company_id)
        if (
            waiting.count() >= MOST_WAITING
            or waiting.filter(asked_by=user).count() >= MOST_WAITING_OF_ONE_PERSON
        ):
            raise TooMany
        registration, new = Registration.objects.get_or_create(
            company_id=rules.company_id,
            client_id=url,
            defaults={
                "way": Registration.Way.PERSON,
                "name": _name_of(document),
                "callbacks": list(document.callbacks),
                "asked_by": user,
            },
        )
        if new:
            record(
                Kind.PROGRAM_REGISTERED,
                company_id=rules.company_id,
                user=user,
                subject=_subject(registration),
                facts={"way": registration.way, "waits": True},
                address=address,
            )


def trusting(url: str, companies: Sequence[int]) -> RegistrationRules | None:
    """Return the rules of the first of these companies that trusts the host of the document."""
    host = urlsplit(url).hostname or ""
    found = {
        rules.company_id: rules
        for rules in RegistrationRules.objects.of_companies_that_are_on()
        .select_related("document_group")
        .filter(company__in=companies, document_group__active=True)
        if host in rules.document_hosts and urlsplit(url).port in {None, 443}
    }
    return next((found[company] for company in companies if company in found), None)


def let_in_by_host(rules: RegistrationRules, url: str) -> None:
    """Create the consumer for a document on a trusted host. Raises Unavailable if it cannot be read."""
    document = load(url)
    with transaction.atomic():
        _locked(rules)
        if Consumer.objects.filter(company_id=rules.company_id, metadata_url=url).exists():
            return
        _leave_room_for_one_by_itself(rules)
        registration, _new = Registration.objects.get_or_create(
            company_id=rules.company_id, client_id=url, defaults={"way": Registration.Way.HOST}
        )
        if registration.refused:
            return  # an administrator refused this program
        registration.way = Registration.Way.HOST
        registration.name = _name_of(document)
        registration.callbacks = list(document.callbacks)
        assert rules.document_group is not None
        consumer = _let_in(registration, rules.document_group, None)
        record(
            Kind.PROGRAM_REGISTERED,
            company_id=rules.company_id,
            consumer=consumer,
            subject=_subject(registration),
            facts={"way": registration.way, "waits": False},
        )
    note("program let in by its host", registration=registration.pk, url=url)


def approve(
    registration_id: int,
    company: Company,
    shown: str,
    group: PermissionGroup,
    by: User,
    *,
    address: str = "",
) -> Consumer:
    with transaction.atomic():
        registration = _to_decide(registration_id, company, shown)
        made_by_hand = company.consumers.filter(metadata_url=registration.client_id).first()
        if made_by_hand is not None:
            registration.delete()
            return made_by_hand
        consumer = _let_in(registration, group, by)
        record(
            Kind.CONSUMER_ADDED,
            company_id=company.pk,
            user=by,
            consumer=consumer,
            subject=Subject("consumer", str(consumer.pk), consumer.name),
            facts={"way": registration.way, "permission_group": group.name},
            address=address,
        )
    note("program let in", registration=registration.pk, consumer=consumer.pk, user=by.pk)
    return consumer


def refuse(
    registration_id: int, company: Company, shown: str, by: User, *, address: str = ""
) -> Registration:
    with transaction.atomic():
        registration = _to_decide(registration_id, company, shown)
        registration.decided_at, registration.decided_by = timezone.now(), by
        registration.save(update_fields=["decided_at", "decided_by"])
        record(
            Kind.PROGRAM_REFUSED,
            company_id=company.pk,
            user=by,
            subject=_subject(registration),
            address=address,
        )
    note("program refused", registration=registration.pk, user=by.pk)
    return registration


def decided_by_hand(consumer: Consumer) -> None:
    """Drop the waiting request of a program whose metadata URL an administrator has just registered."""
    if consumer.metadata_url:
        asked = Registration.objects.undecided().filter(company=consumer.company_id)
        asked.filter(client_id=consumer.metadata_url).delete()


def _to_decide(registration_id: int, company: Company, shown: str) -> Registration:
    registration = (
        Registration.objects.select_for_update().filter(pk=registration_id, company=company).first()
    )
    if registration is None or registration.consumer_id is not None or registration.shown != shown:
        raise ChangedMeanwhile
    return registration


def _let_in(registration: Registration, group: PermissionGroup, by: User | None) -> Consumer:
    """Create the consumer with the key and secret that the program already has."""
    by_document = registration.by_document
    consumer, _unused = Consumer.objects.register(
        company=registration.company,
        name=registration.name,
        authorization_grant_type=Consumer.GRANT_AUTHORIZATION_CODE,
        permission_group=group,
        callback_urls=[] if by_document else registration.callbacks,
        public=registration.auth_method == "none",
        metadata_url=registration.client_id if by_document else "",
        url=registration.url,
        privacy_policy_url=registration.privacy_policy_url,
        licence_url=registration.licence_url,
        created_by=by,
    )
    if not by_document:
        consumer.client_id = registration.client_id
        consumer.save(update_fields=["client_id"])
        consumer.secrets.update(digest=registration.secret_digest, hint=registration.secret_hint)
    registration.consumer, registration.decided_by = consumer, by
    registration.decided_at = timezone.now()
    registration.save()
    return consumer


def _subject(registration: Registration) -> Subject:
    return Subject("registration", str(registration.pk), registration.name)


def _name_of(document: ClientDocument) -> str:
    return document.name or document.host[-MAX_NAME:]  # the end of a host name shows its owner


def _make_room(rules: RegistrationRules, token: InitialAccessToken | None, address: str) -> None:
    _locked(rules)
    if token:
        _leave_room_for_one_by_itself(rules)
        return
    waiting = Registration.objects.waiting().filter(company_id=rules.company_id)
    others = waiting.filter(way=Registration.Way.ANONYMOUS).values_list("asked_from", flat=True)
    of_address = sum(_network(other) == _network(_ip(address)) for other in others)
    if waiting.count() >= MOST_WAITING or of_address >= MOST_WAITING_OF_ONE_ADDRESS:
        raise TooMany


def _leave_room_for_one_by_itself(rules: RegistrationRules) -> None:
    ways = (Registration.Way.TOKEN, Registration.Way.HOST)
    if Registration.objects.filter(company_id=rules.company_id, way__in=ways).count() >= MOST_BY_THEMSELVES:
        raise TooMany


def _ip(address: str) -> str | None:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None  # a Unix socket has no address


def _network(address: str | None) -> str | None:
    """Group IPv6 addresses by /64, since one customer has a whole /64."""
    if address is None or ":" not in address:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False))


def _locked(rules: RegistrationRules) -> None:
    """Lock the rules of a company, so that concurrent registrations cannot exceed a limit."""
    RegistrationRules.objects.select_for_update().get(pk=rules.pk)
