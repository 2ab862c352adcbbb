"""Linking of a person's account at Fracttal One: the client's side of RFC 6749 §4.1 and RFC 7636."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.key_ring import CannotOpen, NoKeys
from accounts.models import Company, Membership, User
from audit.kinds import Kind
from audit.recording import record
from connections import token_requests
from connections.identity import CompanyUnknown, Identity, TokenRefused, identify
from connections.models import ApiConnection, LinkAttempt, LinkedAccount
from connections.token_requests import ConsumerRefused, GrantRefused, Tokens, Unavailable
from consumers.digests import digest
from consumers.security_log import note

LINK_PATH = "/profile/fracttal-one/"
CALLBACK_PATH = f"{LINK_PATH}callback"
ATTEMPT_LIFETIME = dt.timedelta(minutes=15)
MOST_ATTEMPTS = 5  # per person, at the same time
LINKING_TAKES = dt.timedelta(seconds=30)  # at most; a second click is told to wait until then


class NotLinkedNow(Exception):
    """The account could not be linked. `code` selects the text of the page.

    `waiting` is the id of the consent that continues once the account is linked.
    """

    def __init__(self, code: str, waiting: uuid.UUID | None = None) -> None:
        super().__init__(code)
        self.code, self.waiting = code, waiting


@dataclass(frozen=True, slots=True)
class Sent:
    """The query parameters with which the browser came back."""

    state: str
    code: str
    error: str
    issuer: str


def link_url() -> str:
    """Return the address of the page where a person links an account or links it again."""
    return f"{settings.PUBLIC_URL}{LINK_PATH}"


def callback_url() -> str:
    """Return the redirect URI, exactly as it must be registered at Fracttal One."""
    return f"{settings.PUBLIC_URL}{CALLBACK_PATH}"


def connection_of(company: Company) -> ApiConnection | None:
    """Return the company's connection if its data is at Fracttal One, otherwise None."""
    found: ApiConnection | None = getattr(company, "api_connection", None)
    return found if found is not None and found.is_remote else None


def needs_link(company: Company, user: User) -> bool:
    connection = connection_of(company)
    return (
        connection is not None
        and not LinkedAccount.objects.filter(connection=connection, user=user, dead_since=None).exists()
    )


def begin(connection: ApiConnection, user: User, session_key: str, waiting: uuid.UUID | None) -> str:
    """Start a link and return the address at Fracttal One to send the person to. Raises NoKeys."""
    now = timezone.now()
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    attempt = LinkAttempt(
        state_digest=digest(state),
        connection=connection,
        user=user,
        session_digest=digest(session_key),
        authorization_request_id=waiting,
        expires_at=now + ATTEMPT_LIFETIME,
    )
    attempt.set_verifier(verifier)
    mine = LinkAttempt.objects.filter(user=user)
    newest = mine.order_by("-expires_at").values_list("pk", flat=True)[: MOST_ATTEMPTS - 1]
    mine.exclude(pk__in=list(newest)).delete()
    attempt.save(force_insert=True)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": connection.client_key,
        "redirect_uri": callback_url(),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "resource": connection.api_url,
    }
    if connection.scope:
        query["scope"] = connection.scope
    return f"{connection.authorize_url}?{urlencode(query)}"


def finish(sent: Sent, user: User, session_key: str) -> tuple[LinkedAccount, uuid.UUID | None]:
    """Complete a link. Return it with the id of the consent that waits for it. Raises NotLinkedNow.

    If the same answer arrives twice (a double click at Fracttal One), the second finds the link that the
    first one made.
    """
    attempt = _attempt(sent.state, user, session_key)
    connection = attempt.connection
    if not _take(attempt):
        return _made_before(attempt, user), attempt.authorization_request_id
    try:
        link = _linked(attempt, connection, sent, user)
    except NotLinkedNow as refusal:
        LinkAttempt.objects.filter(pk=attempt.pk).update(expires_at=timezone.now())
        note("account not linked", reason=refusal.code, connection=connection.pk, user=user.pk)
        refusal.waiting = attempt.authorization_request_id
        raise
    note("account linked", link=link.pk, connection=connection.pk, user=user.pk)
    return link, attempt.authorization_request_id


def unlink(connection: ApiConnection, user: User) -> bool:
    """Delete the link and its tokens. Return whether there was a link."""
    with transaction.atomic():
        gone, _rows = LinkedAccount.objects.filter(connection=connection, user=user).delete()
        if gone:
            _record(Kind.ACCOUNT_UNLINKED, connection, user)
    if gone:
        note("account unlinked", connection=connection.pk, user=user.pk)
    return bool(gone)


def _record(kind: Kind, connection: ApiConnection, user: User) -> None:
    record(kind, company_id=connection.company_id, user=user)


def _attempt(state: str, user: User, session_key: str) -> LinkAttempt:
    """Find the attempt of this state, person and session."""
    mine = LinkAttempt.objects.filter(
        state_digest=digest(state),
        user=user,
        session_digest=digest(session_key),
        expires_at__gt=timezone.now(),
    )
    attempt = mine.select_related("connection__company").first()
    if attempt is None:
        raise NotLinkedNow("too_late")
    return attempt


def _take(attempt: LinkAttempt) -> bool:
    """Mark the attempt as used. Return False if it was used before."""
    unused = LinkAttempt.objects.filter(pk=attempt.pk, used_at=None)
    return unused.update(used_at=timezone.now(), verifier="") == 1


def _made_before(attempt: LinkAttempt, user: User) -> LinkedAccount:
    attempt.refresh_from_db(fields=["used_at"])
    links = LinkedAccount.objects.select_related("connection__company").filter(user=user, dead_since=None)
    link = links.filter(connection=attempt.connection, linked_at__gte=attempt.used_at).first()
    if link is None:
        busy = attempt.used_at is not None and timezone.now() - attempt.used_at < LINKING_TAKES
        raise NotLinkedNow("in_progress" if busy else "too_late", attempt.authorization_request_id)
    return link


def _linked(attempt: LinkAttempt, connection: ApiConnection, sent: Sent, user: User) -> LinkedAccount:
    if sent.error:
        raise NotLinkedNow("refused" if sent.error == "access_denied" else "not_allowed")
    if not sent.code:
        raise NotLinkedNow("not_allowed")
    if sent.issuer and _origin(sent.issuer) != _origin(connection.authorize_url):  # RFC 9207 §2.4
        raise NotLinkedNow("not_allowed")
    membership = (
        Membership.objects.select_related("permission_group")
        .filter(user=user, company=connection.company_id, active=True, user__is_active=True)
        .first()
    )
    if not connection.is_remote or membership is None or not membership.permission_group.active:
        raise NotLinkedNow("too_late")
    try:
        tokens = token_requests.redeem(connection, sent.code, attempt.open_verifier(), callback_url())
        who = identify(connection.api_url, tokens.access)
    except GrantRefused:
        raise NotLinkedNow("code_refused") from None
    except (ConsumerRefused, CannotOpen, NoKeys):
        raise NotLinkedNow("consumer_refused") from None
    except TokenRefused:
        raise NotLinkedNow("token_refused") from None
    except CompanyUnknown:
        raise NotLinkedNow("company_unknown") from None
    except Unavailable:
        raise NotLinkedNow("unavailable") from None
    _check_company(connection, who, may_decide="configuration:edit" in membership.rights)
    return _store(connection, user, tokens, who)


def _check_company(connection: ApiConnection, who: Identity, *, may_decide: bool) -> None:
    """Check that the token is for the connection's company; the first link by an administrator sets it."""
    if connection.remote_company_id is None:
        if not may_decide:
            raise NotLinkedNow("not_finished")
        remember_company(connection, who.company_id)
    if connection.remote_company_id != who.company_id:
        raise NotLinkedNow("other_company")


def remember_company(connection: ApiConnection, company_id: int) -> None:
    """Store the company's id unless another answer stored one first."""
    ApiConnection.objects.filter(pk=connection.pk, remote_company_id=None).update(
        remote_company_id=company_id
    )
    connection.refresh_from_db(fields=["remote_company_id"])


def _store(connection: ApiConnection, user: User, tokens: Tokens, who: Identity) -> LinkedAccount:
    with transaction.atomic():
        # The lock makes concurrent links of one person run one after another.
        User.objects.select_for_update().get(pk=user.pk)
        link = LinkedAccount.objects.filter(connection=connection, user=user).first()
        if link is None:
            link = LinkedAccount(connection=connection, user=user, generation=0)
        link.set_tokens(tokens.access, tokens.refresh)
        link.expires_at, link.refresh_at = tokens.expires_at, tokens.refresh_at
        link.account_id, link.account_email = who.account_id, who.account_email
        link.generation += 1
        link.linked_at, link.refreshed_at, link.dead_since = timezone.now(), None, None
        link.lease, link.lease_ends_at = None, None
        link.save()
        _record(Kind.ACCOUNT_LINKED, connection, user)
    return link


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()
