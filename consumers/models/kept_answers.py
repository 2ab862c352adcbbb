"""The answer to a request of the admin API that may be sent again with the same Idempotency-Key."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models

KEPT = dt.timedelta(hours=24)


class KeptAnswer(models.Model):
    """One for each key of a consumer. Key and request are digests; the answer is sealed."""

    consumer = models.ForeignKey(settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(editable=False)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("consumer", "key_digest"), name="one_kept_answer_per_key"),
        )

    def __str__(self) -> str:
        return f"KeptAnswer #{self.pk}"
