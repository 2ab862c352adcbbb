"""Authorization requests of a program with a metadata document that no consumer of the person allows.

Nothing is fetched or stored for a visitor who is not signed in, nor before the person presses the button that
asks. A link alone therefore cannot submit a program to an administrator.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from consumers.client_documents import could_be_allowed
from consumers.oauth.authorization_request import FatalClientError
from consumers.outbound.documents import Unavailable
from consumers.registrations import admission
from consumers.registrations.models import Registration, RegistrationRules


class SignInFirst(Exception):
    """The person must sign in, since the person's company decides about the program."""


def meet(refusal: FatalClientError, companies: Sequence[int] | None) -> None:
    """Return if the program was admitted just now. Otherwise raise the error that the page shows."""
    url = refusal.document_url
    if refusal.code not in {"document_not_allowed", "not_a_member"} or not could_be_allowed(url):
        raise refusal
    if companies is None:
        if _anybody_decides():
            raise SignInFirst
        raise refusal
    rules = admission.trusting(url, companies)
    if rules is not None and not _is_refused(rules.company_id, url):
        try:
            admission.let_in_by_host(rules, url)
        except Unavailable as error:
            raise FatalClientError("document_unavailable", document_url=url) from error
        except admission.TooMany as error:
            raise FatalClientError("too_many_wait", document_url=url) from error
        return
    raise FatalClientError(_state(url, companies) or refusal.code, document_url=url) from refusal


def asking(companies: Sequence[int]) -> RegistrationRules | None:
    """Return the rules of the first of these companies in which people may ask for programs."""
    found = {
        rules.company_id: rules
        for rules in RegistrationRules.objects.filter(company__in=companies, people_may_ask=True)
    }
    return next((found[company] for company in companies if company in found), None)


def _state(url: str, companies: Sequence[int]) -> str | None:
    rules = asking(companies)
    if rules is None:
        return None
    registration = Registration.objects.filter(company_id=rules.company_id, client_id=url).first()
    if registration is None:
        return "document_may_be_asked_for"
    return "registration_refused" if registration.refused else "registration_waits"


def _is_refused(company_id: int, url: str) -> bool:
    found = Registration.objects.filter(company_id=company_id, client_id=url).first()
    return found is not None and found.refused


def _anybody_decides() -> bool:
    trusting = Q(document_group__active=True) & ~Q(document_hosts=[])
    return bool(RegistrationRules.objects.filter(Q(people_may_ask=True) | trusting).exists())
