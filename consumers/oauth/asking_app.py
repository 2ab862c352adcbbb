"""The app behind a stored authorization request, for the pages of sign-in (`settings.ASKING_APP`)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from accounts.asking_app import AskingApp
from consumers.oauth import ways_back
from consumers.oauth.authorization_request import FatalClientError, RedirectError, check


def of_path(path: str) -> AskingApp | None:
    """Return the app whose request waits at this path, None if there is none or it is not valid.

    Nobody is signed in yet: of a program with a metadata document only the host is named, not the companies
    that allow it.
    """
    pending = ways_back.named_by(path)
    if pending is None or not pending.can_begin_again:
        return None
    try:
        checked = check(pending.query)
    except (FatalClientError, RedirectError):
        return None
    return AskingApp(
        name=checked.document.host if checked.document else checked.consumer.name,
        company="" if checked.document else checked.consumer.company.name,
        cancel=f"{reverse('oauth-authorize-cancel')}?{urlencode({'next': path})}",
    )
