"""The form of a company's API connection. Secrets can be entered but are never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import validate_printable
from accounts.key_ring import has_keys
from accounts.models import Company, User
from audit.kinds import Kind
from audit.recording import Subject, changes_between, record
from connections.models import ApiConnection
from consumers.outbound.addresses import MAX_LENGTH, validate_address
from consumers.security_log import note

ADDRESSES = ("api_url", "authorize_url", "token_url")
# If one of these changes, the people's links are cut: they belong to that address and that consumer.
_CUTTING = (*ADDRESSES, "client_key")


def address(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=MAX_LENGTH,
        help_text=help_text,
        widget=forms.URLInput(attrs={"spellcheck": "false"}),
    )


def key(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=200,
        validators=[validate_printable],
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )


def secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=500,
        strip=True,
        validators=[validate_printable],
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )


class ConnectionForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Where the data comes from"),
        choices=ApiConnection.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the two."),
            "invalid_choice": _("Choose one of the two."),
        },
    )
    api_url = address(_("API base URL"))
    authorize_url = address(_("Authorization URL"))
    token_url = address(_("Token URL"))
    client_key = key(_("Client ID for users"))
    client_secret = secret(_("Client secret for users"))
    program_key = key(_("Client ID for services"))
    program_secret = secret(_("Client secret for services"))
    scope = forms.CharField(
        label=_("Scope"),
        required=False,
        max_length=500,
        validators=[validate_printable],
        help_text=_(
            "Fracttal One needs none. Leave it empty unless your Fracttal One administrator names one."
        ),
    )
    confirm = forms.BooleanField(
        label=_(
            "I understand that after switching, assistants see different data and people must connect again"
        ),
        required=False,
    )

    def __init__(self, company: Company, data: Any = None) -> None:
        self.connection = ApiConnection.objects.filter(company=company).first() or ApiConnection(
            company=company
        )
        initial = {name: getattr(self.connection, name) for name in self._stored_fields()}
        super().__init__(data, initial=initial)

    @staticmethod
    def _stored_fields() -> tuple[str, ...]:
        return ("kind", *ADDRESSES, "client_key", "program_key", "scope")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") == ApiConnection.Kind.FRACTTAL_ONE:
            self._check_fracttal_one(values)
        if not self.errors and self._cuts(values) and not values.get("confirm"):
            self.add_error("confirm", _("Select this to confirm."))
        return values

    def _check_fracttal_one(self, values: dict[str, Any]) -> None:
        if not has_keys():
            self.add_error(
                "kind",
                _("This installation cannot store secrets yet: its operator has to set UPSTREAM_KEYS."),
            )
        for name in ADDRESSES:
            try:
                values[name] = validate_address(values.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)
        self._check_pair(values, "client")
        self._check_pair(values, "program")
        if not values.get("client_key") and not values.get("program_key"):
            self.add_error("client_key", _("Enter the client ID (key) of a consumer at Fracttal One."))

    def _check_pair(self, values: dict[str, Any], name: str) -> None:
        """Require the secret again if key or token URL changed: it is never sent to another address."""
        same_place = values.get("token_url") == self.connection.token_url and values.get(
            f"{name}_key"
        ) == getattr(self.connection, f"{name}_key")
        kept = same_place and bool(getattr(self.connection, f"{name}_secret"))
        if values.get(f"{name}_key") and not values.get(f"{name}_secret") and not kept:
            self.add_error(
                f"{name}_secret", _("Enter the secret that belongs to this client ID and token URL.")
            )
        if values.get(f"{name}_secret") and not values.get(f"{name}_key"):
            self.add_error(f"{name}_key", _("Enter the client ID that belongs to this secret."))

    def _cuts(self, values: dict[str, Any]) -> bool:
        """Say whether this change cuts the links, so that people must link again or see other data."""
        old = self.connection
        if values["kind"] != old.kind:
            return True
        return old.is_remote and any(values[name] != getattr(old, name) for name in _CUTTING)

    def save(self, by: User, from_address: str = "") -> int:
        """Save. Return how many links were cut."""
        values, cut = self.cleaned_data, 0
        with transaction.atomic():
            found = ApiConnection.objects.select_for_update().filter(pk=self.connection.pk).first()
            connection = found or self.connection
            before, secrets = values_of(connection), _secrets_of(connection)
            if self._cuts(values):
                connection.remote_company_id = None
                cut = connection.links.count() if connection.pk else 0
                if connection.pk:
                    connection.links.all().delete()
            connection.kind, connection.updated_by = values["kind"], by
            if connection.is_remote:
                self._put(connection, values)
            connection.save()
            self.connection = connection
            changes = changes_between(before, values_of(connection))
            if secrets != _secrets_of(connection):
                changes["secret"] = [None, "changed"]  # never the secret itself
            record(
                Kind.CONNECTION_CHANGED,
                company_id=connection.company_id,
                user=by,
                subject=Subject("api_connection", str(connection.pk), ""),
                changes=changes,
                facts={"links_ended": cut},
                address=from_address,
            )
        note("api connection changed", connection=connection.pk, kind=connection.kind, user=by.pk, cut=cut)
        return cut

    @staticmethod
    def _put(connection: ApiConnection, values: dict[str, Any]) -> None:
        for name in (*ADDRESSES, "client_key", "program_key", "scope"):
            setattr(connection, name, values[name])
        if values["client_secret"]:
            connection.set_client_secret(values["client_secret"])
        if values["program_secret"]:
            connection.set_program_secret(values["program_secret"])
        if not connection.client_key:
            connection.client_secret = ""
        if not connection.program_key:
            connection.program_secret = ""


def values_of(connection: ApiConnection) -> dict[str, Any]:
    """Return what the log says of a connection: all but its secrets."""
    names = ("kind", *ADDRESSES, "client_key", "program_key", "scope")
    return {name: getattr(connection, name) for name in names}


def _secrets_of(connection: ApiConnection) -> tuple[str, str]:
    return connection.client_secret, connection.program_secret
