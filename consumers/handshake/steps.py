"""The steps of connecting an assistant, in the order in which they happen."""

from __future__ import annotations

from django.db import models


class Step(models.TextChoices):
    """Values are stored; what the screens say about each is in `consumers.handshake.wording`."""

    CHALLENGE = "challenge"
    RESOURCE_DOCUMENT = "resource_document"
    SERVER_DOCUMENT = "server_document"
    AUTHORIZE = "authorize"
    SIGN_IN = "sign_in"
    CONSENT = "consent"
    CODE = "code"
    TOKEN = "token"  # noqa: S105 - a step, not a credential
    INITIALIZE = "initialize"
    TOOLS = "tools"
    CALL = "call"


# Nothing in these requests says which consumer they belong to.
FROM_ANYBODY = frozenset({Step.CHALLENGE, Step.RESOURCE_DOCUMENT, Step.SERVER_DOCUMENT})
OF_CALLS = (Step.INITIALIZE, Step.TOOLS, Step.CALL)
OF_PROGRAMS = (Step.TOKEN, *OF_CALLS)
