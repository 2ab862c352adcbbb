"""API connections of companies, linked accounts of people, and links in progress."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.key_ring import seal, unseal
from accounts.models import Company

# docs/reference/fracttal-api.md#hosts
LIVE_API_URL = "https://app.fracttal.com/api"
LIVE_AUTHORIZE_URL = "https://one.fracttal.com/oauth/authorize"
LIVE_TOKEN_URL = "https://one.fracttal.com/oauth/token"  # noqa: S105 - an address


class ApiConnection(models.Model):
    """Where the company's data comes from. A company without a row uses the embedded API.

    At Fracttal One it may need two consumers, since each of them has one grant type there: `client_*` for
    people who link their account, `program_*` for programs that act for the company.
    """

    class Kind(models.TextChoices):
        EMBEDDED = "embedded", _("Embedded Fracttal One")
        FRACTTAL_ONE = "fracttal_one", _("Fracttal One")

    company = models.OneToOneField(Company, models.CASCADE, related_name="api_connection")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.EMBEDDED)
    api_url = models.CharField(max_length=500, default=LIVE_API_URL)
    authorize_url = models.CharField(max_length=500, default=LIVE_AUTHORIZE_URL)
    token_url = models.CharField(max_length=500, default=LIVE_TOKEN_URL)
    scope = models.CharField(max_length=500, blank=True)
    client_key = models.CharField(max_length=200, blank=True)
    client_secret = models.TextField(blank=True, editable=False)  # sealed
    program_key = models.CharField(max_length=200, blank=True)
    program_secret = models.TextField(blank=True, editable=False)  # sealed
    # The company's id at Fracttal One, set by the first answer that names it. Answers of other companies are
    # refused.
    remote_company_id = models.BigIntegerField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "consumers_apiconnection"  # the table is older than this app

    def __str__(self) -> str:
        return f"ApiConnection #{self.pk}"

    @property
    def is_remote(self) -> bool:
        return self.kind == self.Kind.FRACTTAL_ONE

    @property
    def people_can_link(self) -> bool:
        return bool(self.client_key and self.client_secret)

    @property
    def programs_can_connect(self) -> bool:
        return bool(self.program_key and self.program_secret)

    def set_client_secret(self, secret: str) -> None:
        self.client_secret = seal(secret, self._place("client_secret"))

    def set_program_secret(self, secret: str) -> None:
        self.program_secret = seal(secret, self._place("program_secret"))

    def open_client_secret(self) -> str:
        return unseal(self.client_secret, self._place("client_secret"))

    def open_program_secret(self) -> str:
        return unseal(self.program_secret, self._place("program_secret"))

    def _place(self, purpose: str) -> str:
        return f"connection/{self.company_id}/{purpose}"


class LinkedAccount(models.Model):
    """One person's account at Fracttal One, for one company.

    `generation` counts the token pairs, so that a refresh replaces only the pair that it read. `lease` is
    held by the process that refreshes (connections/refresh.py).
    """

    connection = models.ForeignKey(ApiConnection, models.CASCADE, related_name="links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="linked_accounts")
    access_token = models.TextField(editable=False)  # sealed
    refresh_token = models.TextField(blank=True, editable=False)  # sealed
    expires_at = models.DateTimeField()
    refresh_at = models.DateTimeField()
    generation = models.PositiveIntegerField(default=1)
    lease = models.UUIDField(null=True, editable=False)
    lease_ends_at = models.DateTimeField(null=True, editable=False)
    # As named by the token or by Fracttal One's list of people; empty if neither named it.
    account_id = models.BigIntegerField(null=True)
    account_email = models.CharField(max_length=254, blank=True)
    linked_at = models.DateTimeField(default=timezone.now)
    refreshed_at = models.DateTimeField(null=True)
    dead_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "consumers_linkedaccount"
        constraints = (
            models.UniqueConstraint(fields=("connection", "user"), name="one_link_per_person_and_connection"),
        )

    def __str__(self) -> str:
        return f"LinkedAccount #{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.dead_since is None

    def set_tokens(self, access: str, refresh: str) -> None:
        self.access_token = seal(access, self._place("access"))
        self.refresh_token = seal(refresh, self._place("refresh")) if refresh else ""

    def open_access_token(self) -> str:
        return unseal(self.access_token, self._place("access"))

    def open_refresh_token(self) -> str:
        return unseal(self.refresh_token, self._place("refresh")) if self.refresh_token else ""

    def _place(self, purpose: str) -> str:
        return f"link/{self.connection.company_id}/{self.user_id}/{purpose}"


class LinkAttempt(models.Model):
    """A person who was sent to Fracttal One and must come back once, in the same session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    state_digest = models.CharField(max_length=64, unique=True)
    connection = models.ForeignKey(ApiConnection, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    session_digest = models.CharField(max_length=64)
    verifier = models.TextField()  # sealed
    # The consent that waits for the link, if one does.
    authorization_request_id = models.UUIDField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consumers_linkattempt"

    def __str__(self) -> str:
        return f"LinkAttempt {self.pk}"

    def set_verifier(self, verifier: str) -> None:
        self.verifier = seal(verifier, f"attempt/{self.pk}/verifier")

    def open_verifier(self) -> str:
        return unseal(self.verifier, f"attempt/{self.pk}/verifier")
