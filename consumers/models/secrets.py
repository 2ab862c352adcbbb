"""The secrets of a consumer. Two can be live at once, so that one replaces the other under traffic."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consumers.digests import Prefix, digest, make

if TYPE_CHECKING:
    from consumers.models.consumers import Consumer

MOST_LIVE = 2
# Days before the end at which the administrators are warned; the fewest first.
WARNING_DAYS = (1, 7, 30)


class ConsumerSecretQuerySet(models.QuerySet["ConsumerSecret"]):
    def live(self) -> ConsumerSecretQuerySet:
        return self.filter(revoked_at=None).exclude(expires_at__lte=timezone.now())

    def kept(self) -> ConsumerSecretQuerySet:
        """Return the secrets that nobody removed: the live ones, and those that expired."""
        return self.filter(revoked_at=None)

    def issue(
        self, consumer: Consumer, *, by: User | None, expires_at: dt.datetime | None = None
    ) -> tuple[ConsumerSecret, str]:
        """Add a secret. Return it with its value, which cannot be read again later.

        Expired secrets of the consumer are removed: they never work again. Raises ValidationError if the
        consumer is public or has two live secrets.
        """
        value = make(Prefix.SECRET)
        with transaction.atomic():
            lock(consumer)
            if consumer.is_public:
                raise ValidationError(_("A public client has no secret."), code="public_client")
            if self.live().filter(consumer=consumer).count() >= MOST_LIVE:
                raise ValidationError(
                    _(
                        "Two secrets work already. Switch the program to one of them and remove the other; "
                        "then add a new one."
                    ),
                    code="two_secrets",
                )
            self.kept().filter(consumer=consumer, expires_at__lte=timezone.now()).update(
                revoked_at=timezone.now()
            )
            secret = self.create(
                consumer=consumer, digest=digest(value), hint=value[-4:], created_by=by, expires_at=expires_at
            )
        return secret, value


class ConsumerSecret(models.Model):
    """One secret of a consumer, stored as a keyed digest. `revoked_at` is when somebody removed it."""

    consumer = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="secrets"
    )
    digest = models.CharField(max_length=64)
    hint = models.CharField(max_length=4)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    # The last of WARNING_DAYS at which its end was announced.
    warned_days = models.PositiveSmallIntegerField(null=True)

    objects = ConsumerSecretQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"ConsumerSecret #{self.pk}"

    @property
    def expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def live(self) -> bool:
        return self.revoked_at is None and not self.expired

    @property
    def end(self) -> str:
        """Return why it does not work, as a code for the log: what came first. "" while it is live."""
        if self.revoked_at is not None and (self.expires_at is None or self.revoked_at < self.expires_at):
            return "secret_removed"
        return "secret_expired" if self.expired else ""

    @property
    def warning_step(self) -> int | None:
        """Return the fewest of WARNING_DAYS within which it expires; None if that is far off or past."""
        if self.expires_at is None or self.expired:
            return None
        left = self.expires_at - timezone.now()
        return next((days for days in WARNING_DAYS if left <= dt.timedelta(days=days)), None)

    @property
    def warning(self) -> str:
        """Return the words of a badge, "" while there is nothing to warn of."""
        if self.expired:
            return _("expired")
        if self.expires_at is None or self.warning_step is None:
            return ""
        days = -(-(self.expires_at - timezone.now()) // dt.timedelta(days=1))
        return ngettext("expires within %(n)d day", "expires within %(n)d days", days) % {"n": days}

    def revoke(self) -> bool:
        """Remove the secret; it is refused when this returns. Return False if it was removed already.

        Raises ValidationError for the only live one: its program could not recover by itself.
        """
        with transaction.atomic():
            lock(self.consumer)
            self.refresh_from_db()
            if self.revoked_at is not None:
                return False
            others = ConsumerSecret.objects.live().filter(consumer=self.consumer_id).exclude(pk=self.pk)
            if self.live and not others.exists():
                raise ValidationError(
                    _(
                        "This is the only secret that works. Add another one first, or disable or delete "
                        "the consumer."
                    ),
                    code="only_secret",
                )
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])
        return True


def lock(consumer: Consumer) -> None:
    """Let changes of one consumer's secrets run one after another, until the transaction ends."""
    type(consumer).objects.select_for_update().get(pk=consumer.pk)
