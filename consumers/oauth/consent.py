"""What a person approves: the request that waits, then the stored authorization and its code."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from consumers import granting, scopes
from consumers.callbacks import is_registered
from consumers.client_documents import load
from consumers.digests import Prefix, derive, digest
from consumers.models import AUTHORIZATION_LIFETIME, AppAuthorization, AuthorizationRequest, Consumer, Grant
from consumers.oauth.authorization_request import Checked
from consumers.outbound.documents import Unavailable
from consumers.policy.powers import Powers

REQUEST_LIFETIME = dt.timedelta(minutes=15)
CODE_LIFETIME = dt.timedelta(seconds=60)
# For this long a repeated decision gets the same answer, with a code that works again for CODE_LIFETIME. The
# sum is the longest life of a code (RFC 6749 §4.1.2: at most ten minutes).
REPEAT_WINDOW = dt.timedelta(minutes=8)


class NotOpen(Exception):
    """There is no such request for this person and session, or it can no longer be decided."""


@dataclass(frozen=True, slots=True)
class Decision:
    approved: bool
    write: bool


def keep(
    checked: Checked,
    user: User,
    session_key: str,
    offered: Powers,
    way_back: str,
    signed_in_at: int | None,
) -> AuthorizationRequest:
    """Store a validated request under a one-time id for this person and session.

    `way_back` is the path at which the request can be started again. A write scope that the page does not
    offer is dropped here, so that no form can add it.
    """
    now = timezone.now()
    wanted = [scope for scope in checked.scopes if offered.write or scope != scopes.WRITE]
    AuthorizationRequest.objects.filter(user=user, expires_at__lte=now).delete()
    return AuthorizationRequest.objects.create(
        consumer=checked.consumer,
        user=user,
        session_digest=digest(session_key),
        params={
            "redirect_uri": checked.redirect_uri,
            "metadata_url": checked.document.url if checked.document else "",
            "scopes": wanted,
            "resource": checked.resource,
            "state": checked.state,
            "code_challenge": checked.code_challenge,
            "nonce": checked.nonce,
            "signed_in_at": signed_in_at,
            "way_back": way_back,
        },
        expires_at=now + REQUEST_LIFETIME,
    )


def approve_later(kept: AuthorizationRequest, *, write: bool) -> None:
    """Record the approval while another step (linking an account) must come before the code."""
    kept.params["approved"] = {"write": write}
    kept.expires_at = timezone.now() + REQUEST_LIFETIME
    kept.save(update_fields=["params", "expires_at"])


def waiting(request_id: str, user: User, session_key: str) -> AuthorizationRequest:
    """Return a request that was approved and waits for another step. Raises NotOpen."""
    kept = find(request_id, user, session_key)
    if kept.decided_at is not None or "approved" not in kept.params:
        raise NotOpen
    return kept


def find(request_id: str, user: User, session_key: str, *, lock: bool = False) -> AuthorizationRequest:
    """Return a request that this person in this session may decide, or decided a moment ago.

    Raises NotOpen.
    """
    try:
        key = uuid.UUID(request_id)
    except ValueError as error:
        raise NotOpen from error
    found = AuthorizationRequest.objects.select_related("consumer__company", "consumer__permission_group")
    if lock:
        found = found.select_for_update(of=("self",))
    kept = found.filter(
        pk=key, user=user, session_digest=digest(session_key), expires_at__gt=timezone.now()
    ).first()
    if kept is None:
        raise NotOpen
    return kept


def way_back_of(request_id: str) -> str:
    """Return the path at which a request can be started again.

    It needs no check of the caller: it grants nothing.
    """
    try:
        key = uuid.UUID(request_id)
    except ValueError:
        return ""
    kept = AuthorizationRequest.objects.filter(pk=key).first()
    return str(kept.params.get("way_back", "")) if kept else ""


def decide(
    kept: AuthorizationRequest, user: User, session_key: str, decision: Decision, *, listed: bool
) -> AppAuthorization | None:
    """Settle a locked request once. Return the authorization if the person approved and that is possible.

    The details of the request are dropped at once, the outcome after REPEAT_WINDOW.

    `listed` says whether the program still lists the callback.
    """
    allowed, authorization = listed and may_still(kept, user), None
    if allowed and decision.approved:
        authorization = approve(kept, user, code_of(kept, session_key), write=decision.write)
    kept.params = {
        "redirect_uri": kept.params["redirect_uri"],
        "state": kept.params["state"],
        "way_back": kept.params.get("way_back", ""),
        "approved": {"write": decision.write} if decision.approved else None,
        "allowed": allowed,
    }
    kept.decided_at = timezone.now()
    kept.expires_at = kept.decided_at + REPEAT_WINDOW
    kept.save(update_fields=["params", "decided_at", "expires_at"])
    return authorization


def decision_of(kept: AuthorizationRequest) -> Decision | None:
    """Return the person's decision: given now, or before the step for which the request waits."""
    if "approved" not in kept.params:
        return None
    approved = kept.params["approved"]
    return Decision(approved is not None, bool(approved and approved["write"]))


def code_of(kept: AuthorizationRequest, session_key: str) -> str:
    """Derive the code from the request and the session, so that it can be repeated without being stored.

    As for any code, only the digest is stored. It cannot be derived without CREDENTIAL_HASH_KEY.
    """
    return derive(Prefix.CODE, str(kept.pk), session_key)


def renew(code: str) -> bool:
    """Let a code work for CODE_LIFETIME from now: the person decides again, as the answer did not arrive.

    Return False if the program redeemed it. Raises NotOpen if it is gone because the app was disconnected
    since.
    """
    found = Grant.objects.filter(code=digest(code))
    if found.filter(redeemed_at=None).update(expires=timezone.now() + CODE_LIFETIME):
        return True
    if not found.exists():
        raise NotOpen
    return False


def may_still(kept: AuthorizationRequest, user: User) -> bool:
    """Check consumer and person again, since minutes may pass between page and decision."""
    return kept.consumer.is_usable() and granting.user_of(user.pk, kept.consumer) is not None


def still_listed(kept: AuthorizationRequest) -> bool:
    """Check the callback again. This may fetch a document, so it must run outside of a transaction."""
    params, consumer = kept.params, kept.consumer
    return _still_registered(params["redirect_uri"], params.get("metadata_url", ""), consumer)


def _still_registered(redirect_uri: str, metadata_url: str, consumer: Consumer) -> bool:
    if not metadata_url:
        return is_registered(redirect_uri, consumer.callback_urls)
    if metadata_url != consumer.metadata_url:
        return False
    try:
        return load(metadata_url).lists(redirect_uri)
    except Unavailable:
        return False


def approve(kept: AuthorizationRequest, user: User, code: str, *, write: bool) -> AppAuthorization:
    """Store the authorization and the digest of its code."""
    params = kept.params
    write = write and scopes.WRITE in scopes.grantable(kept.consumer)
    granted = [scope for scope in params["scopes"] if write or scope != scopes.WRITE]
    now = timezone.now()
    with transaction.atomic():
        # The lock makes concurrent consents of one person wait, so that one live authorization remains.
        User.objects.select_for_update().get(pk=user.pk)
        authorization = _authorization(kept.consumer, user, now)
        authorization.scope = " ".join(granted)
        authorization.resource, authorization.redirect_uri = params["resource"], params["redirect_uri"]
        authorization.ends_at = now + AUTHORIZATION_LIFETIME
        authorization.save()
        Grant.objects.create(
            code=digest(code),
            application=kept.consumer,
            authorization=authorization,
            user=user,
            redirect_uri=params["redirect_uri"],
            scope=authorization.scope,
            resource=[params["resource"]],
            code_challenge=params["code_challenge"],
            code_challenge_method="S256",
            nonce=params.get("nonce", ""),
            signed_in_at=params.get("signed_in_at"),
            expires=now + CODE_LIFETIME,
        )
    return authorization


def _authorization(consumer: Consumer, user: User, now: dt.datetime) -> AppAuthorization:
    """Return the live authorization or a new one; an expired one is closed first."""
    current = (
        AppAuthorization.objects.select_for_update()
        .filter(user=user, consumer=consumer, issuer=None, revoked_at=None)
        .first()
    )
    if current is not None and current.live:
        return current
    if current is not None:
        current.revoke()
    return AppAuthorization(user=user, consumer=consumer, created_at=now)
