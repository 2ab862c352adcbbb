"""Names of changed fields, as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership, PermissionGroup, User
from consumers.models import Consumer
from consumers.policy.models import GroupCeiling
from consumers.trusted_issuers.models import TrustedIssuer

FIELD_NAMES: Mapping[str, Promise] = {
    "callback_urls": _("callback URLs"),
    "allowed_groups": _("groups that may use it"),
    "allowed_members": _("people who may use it"),
    "days": _("days until it expires"),
    "through": _("through the program"),
    # Further facts of an event.
    "arguments": _("names of the arguments"),
    "arguments_digest": _("digest of the arguments"),
    "callback": _("callback URL"),
    "client_authentication": _("how the app authenticated"),
    "connections": _("connections"),
    "dropped": _("arguments left out"),
    "expires_at": _("expires"),
    "filters": _("filters"),
    "format": _("format"),
    "grant": _("grant type"),
    "links_ended": _("links ended"),
    "request": _("request"),
    "scopes": _("scopes"),
    "secret": _("secret"),
    "waits": _("waits for approval"),
    "way": _("how it registered"),
}
MODELS: tuple[type[Model], ...] = (
    Consumer,
    GroupCeiling,
    PermissionGroup,
    Membership,
    Company,
    TrustedIssuer,
    User,
)


def field_name(name: str) -> str:
    """Return the name that the forms give a field; the name in the code if no form has it."""
    if name in FIELD_NAMES:
        return str(FIELD_NAMES[name])
    for model in MODELS:
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if isinstance(field, Field):
            return str(field.verbose_name)
    return name.replace("_", " ")
