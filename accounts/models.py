"""Companies, users, their memberships and the rights of these."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import zoneinfo
from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import currencies
from accounts.passwords import forms, kept_form
from accounts.rights import ALL_RIGHTS
from accounts.security_policy import SecurityPolicy as SecurityPolicy  # where Django looks for models
from accounts.waiting_address import WaitingAddress as WaitingAddress
from listing.folded_columns import FoldedField, KeepsFolded


class Language(models.TextChoices):
    EN = "en", "English"
    ES = "es", "Español"
    PT_BR = "pt-br", "Português (Brasil)"


def validate_time_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the IANA list, for example America/Bogota."))


def validate_currency(value: str) -> None:
    if value not in currencies.CODES:
        raise ValidationError(_("Choose an ISO 4217 currency code, for example COP."))


def validate_rights(value: object) -> None:
    """Accept a list of distinct `module:action` strings of `accounts.rights`."""
    if not isinstance(value, list) or not set(value) <= ALL_RIGHTS or len(set(value)) != len(value):
        raise ValidationError(_("Permissions must be a list of module:action pairs."))


class Company(models.Model):
    """A company: the tenant. Every other record belongs to exactly one company."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), unique=True)
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.ES)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    # The currency of all amounts. The API of Fracttal One does not name it, so people enter it; blank if
    # unknown.
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="", validators=[validate_currency]
    )
    # The working week of a person, against which the backlog is measured; None if the company has not said.
    hours_per_week = models.FloatField(
        _("hours per week of a person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
    )
    # Whether apps may ask who a person is. If off, no part of OpenID Connect is served to them.
    openid_connect = models.BooleanField(_("OpenID Connect"), default=False)
    # What administrators are told by e-mail (event_mails.py).
    mail_new_consumer = models.BooleanField(default=True)
    mail_refused_callback = models.BooleanField(default=True)
    mail_token_replayed = models.BooleanField(default=True)
    mail_secret_expiring = models.BooleanField(default=True)
    mail_access_asked = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Restoration(models.Model):
    """That a backup was restored. What was signed before `at` and is not stored no longer counts."""

    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"Restoration {self.at}"


def not_before() -> dt.datetime | None:
    """Return when the last backup was restored, None if none was."""
    latest = Restoration.objects.order_by("-at").first()
    return latest.at if latest else None


class PermissionGroup(models.Model):
    """A named set of rights of one company."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="permission_groups")
    name = models.CharField(_("name"), max_length=80)
    rights = models.JSONField(_("permissions"), default=list, blank=True, validators=[validate_rights])
    own_work_orders_only = models.BooleanField(
        _("only own work orders"),
        default=False,
        help_text=_("People in this group see and edit only the work orders they are responsible for."),
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("permission group")
        verbose_name_plural = _("permission groups")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("company", "name"), name="group_name_once_per_company"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def effective_rights(self) -> frozenset[str]:
        """Return the rights of the group; none if it is inactive."""
        return frozenset(self.rights) & ALL_RIGHTS if self.active else frozenset()


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(KeepsFolded, AbstractBaseUser):
    """A person who signs in with e-mail and password."""

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=Language, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    mail_first_connection = models.BooleanField(
        _("E-mail me when an app first connects with my permissions"), default=True
    )
    mail_access_decided = models.BooleanField(
        _("E-mail me when an administrator decides whether I may use an app"), default=True
    )
    # Part of what a session proves itself by: counting it up ends every session.
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    # By which long lists sort people, and in which they search them.
    folded_name = FoldedField("name", "email", first=True)
    folded = FoldedField("name", "email")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and kept_form(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        if raw_password is None:
            return super().check_password(None)
        return any(super(User, self).check_password(form) for form in forms(raw_password))

    def get_session_auth_hash(self) -> str:
        return self._in_epoch(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        yield from map(self._in_epoch, super().get_session_auth_fallback_hash())

    def _in_epoch(self, proof: str) -> str:
        """Return what a session of the present epoch keeps, which is stored on the server only."""
        return f"{proof}:{self.session_epoch}" if self.session_epoch else proof

    @property
    def display_name(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A user in a company, with a permission group that gives the person's rights there."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    permission_group = models.ForeignKey(
        PermissionGroup, models.PROTECT, related_name="memberships", verbose_name=_("permission group")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint(fields=("user", "company"), name="member_once_per_company"),)

    def __str__(self) -> str:
        return f"{self.user} @ {self.company}"

    def clean(self) -> None:
        super().clean()
        if self.permission_group.company_id != self.company_id:
            raise ValidationError({"permission_group": _("Choose a permission group of the same company.")})

    @property
    def rights(self) -> frozenset[str]:
        return self.permission_group.effective_rights if self.active else frozenset()


INVITATION_LIFETIME = dt.timedelta(days=7)
INVITATION_PREFIX = "fmi_"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self) -> InvitationQuerySet:
        """Return invitations that an administrator still sees: neither accepted nor withdrawn."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self) -> InvitationQuerySet:
        return self.standing().filter(declined_at=None, expires_at__gt=timezone.now())

    def waiting_for(self, user: User) -> InvitationQuerySet:
        """Return the user's open invitations.

        The address suffices: it was verified when the password was set.
        """
        return self.open().filter(email=user.email.lower())

    def by_token(self, token: str) -> InvitationQuerySet:
        return self.filter(token_digest=token_digest(token))


class Invitation(models.Model):
    """An offer of membership to an e-mail address. It has no effect until the person accepts.

    It does not refer to an account, so that it reveals nothing about whether one exists.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"), max_length=254)  # in lower case
    name = models.CharField(_("name"), max_length=150, blank=True)  # as typed by the administrator
    permission_group = models.ForeignKey(
        PermissionGroup, models.PROTECT, related_name="+", verbose_name=_("permission group")
    )
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("company", "email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_invitation_per_company_and_address",
            ),
        )

    def __str__(self) -> str:
        return f"Invitation #{self.pk}"

    @property
    def expired(self) -> bool:
        return timezone.now() >= self.expires_at

    def renew(self) -> str:
        """Set a new token and return it; only its digest is stored. Earlier tokens become invalid."""
        token = INVITATION_PREFIX + secrets.token_urlsafe(32)
        self.token_digest = token_digest(token)
        self.sent_at = timezone.now()
        self.expires_at = self.sent_at + INVITATION_LIFETIME
        self.declined_at = None
        return token


def token_digest(token: str) -> str:
    """Hash a token. It has 256 bits of entropy, so a plain hash is safe without a key."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
