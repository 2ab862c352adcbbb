"""What the OAuth endpoints record in the log of events.

What succeeded is recorded in the transaction that does it. A refusal has a transaction of its own and is
recorded only where the consumer is known, MOST_REFUSALS times a minute for each consumer and reason; a replay
as often for each app authorization.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from oauthlib.common import Request

from accounts.models import User
from accounts.networks import address_of
from audit.bounds import within
from audit.chain import append
from audit.kinds import Kind
from audit.models import Outcome
from audit.recording import Subject, event_of, record
from consumers import granting
from consumers.models import AppAuthorization, Consumer

MOST_REFUSALS = 5
ISSUED_BY = {
    "authorization_code": Kind.TOKEN_ISSUED,
    "client_credentials": Kind.TOKEN_ISSUED,
    "refresh_token": Kind.TOKEN_REFRESHED,
}


def consent_given(request: HttpRequest, authorization: AppAuthorization) -> None:
    """Record an approval and the code that comes of it."""
    same: dict[str, Any] = {
        "company_id": authorization.consumer.company_id,
        "user": authorization.user,
        "consumer": authorization.consumer,
        "authorization_id": authorization.pk,
        "address": address_of(request),
    }
    approved = event_of(Kind.CONSENT_GIVEN, facts={"scopes": authorization.scope.split()}, **same)
    append([approved, event_of(Kind.CODE_ISSUED, **same)])


def consent_refused(request: HttpRequest, consumer: Consumer, user: User) -> None:
    record(
        Kind.CONSENT_REFUSED,
        company_id=consumer.company_id,
        user=user,
        consumer=consumer,
        outcome=Outcome.REFUSED,
        address=address_of(request),
    )


def authorization_refused(
    request: HttpRequest, consumer: Consumer | None, reason: str, callback: str = ""
) -> None:
    """Record a refused authorization request. A person's own refusal is recorded where it is decided.

    Whoever is no member stays unnamed: a link leads anybody here, and would reveal them to the company.
    """
    if consumer is None or reason == "access_denied" or not _counts(consumer, reason):
        return
    record(
        Kind.AUTHORIZE_REFUSED,
        company_id=consumer.company_id,
        user=granting.asking_member(request, consumer),
        consumer=consumer,
        outcome=Outcome.REFUSED,
        reason=reason,
        facts={"callback": callback.partition("?")[0]} if callback else {},
        address=address_of(request),
    )


def token_answered(
    request: HttpRequest, consumer: Consumer, question: Request, answer: dict[str, Any], method: str
) -> None:
    """Record the answer of the token endpoint, in the transaction that stores the tokens or ends a family."""
    reason = question.refused_because or str(answer.get("error", ""))
    replayed = reason in {"code_replayed", "refresh_token_replayed"}
    authorization: AppAuthorization | None = question.authorization
    if replayed and authorization is not None:
        if not within(f"replayed:{authorization.pk}", MOST_REFUSALS):
            return
    elif reason and not _counts(consumer, reason):
        return
    if reason:
        kind, outcome = Kind.TOKEN_REPLAYED if replayed else Kind.TOKEN_REFUSED, Outcome.REFUSED
    else:
        kind, outcome = ISSUED_BY[question.grant_type], Outcome.DONE
    scopes = {} if reason else {"scopes": answer["scope"].split()}
    record(
        kind,
        company_id=consumer.company_id,
        user=authorization.user if authorization else None,
        consumer=consumer,
        authorization_id=authorization.pk if authorization else None,
        outcome=outcome,
        reason=reason,
        facts={"grant": question.grant_type, "client_authentication": method, **scopes},
        address=address_of(request),
    )


def token_refused(request: HttpRequest, consumer: Consumer, reason: str, **facts: str) -> None:
    """Record that a known consumer was refused at an endpoint of programs."""
    if _counts(consumer, reason):
        record(
            Kind.TOKEN_REFUSED,
            company_id=consumer.company_id,
            consumer=consumer,
            outcome=Outcome.REFUSED,
            reason=reason,
            facts=facts,
            address=address_of(request),
        )


def token_by_issuer(
    request: HttpRequest, consumer: Consumer, authorization: AppAuthorization, issuer: Subject
) -> None:
    record(
        Kind.TOKEN_ISSUED,
        company_id=consumer.company_id,
        user=authorization.user,
        consumer=consumer,
        authorization_id=authorization.pk,
        subject=issuer,
        facts={"grant": "jwt-bearer", "scopes": authorization.scope.split()},
        address=address_of(request),
    )


def token_revoked(request: HttpRequest, consumer: Consumer, authorization: AppAuthorization | None) -> None:
    record(
        Kind.TOKEN_REVOKED,
        company_id=consumer.company_id,
        user=authorization.user if authorization else None,
        consumer=consumer,
        authorization_id=authorization.pk if authorization else None,
        address=address_of(request),
    )


def _counts(consumer: Consumer, reason: str) -> bool:
    return within(f"refused:{consumer.pk}:{reason}", MOST_REFUSALS)
