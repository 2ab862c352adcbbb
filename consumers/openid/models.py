"""The keys that sign ID tokens."""

from __future__ import annotations

from django.db import models

from accounts.key_ring import seal, unseal


class SigningKey(models.Model):
    """A signing key. The unique `generation` lets only one of two concurrent processes make the next key.

    A key is published before it signs, and stays published for a while after its successor signs
    (signing_keys.py).
    """

    generation = models.PositiveIntegerField(unique=True)
    kid = models.CharField(max_length=64, unique=True)
    private_key = models.TextField(editable=False)  # PEM, sealed
    public_key = models.JSONField()  # as the key set shows it (RFC 7517)
    signs_from = models.DateTimeField()

    def __str__(self) -> str:
        return f"SigningKey #{self.generation}"

    def set_private_key(self, pem: str) -> None:
        self.private_key = seal(pem, self._place)

    def open_private_key(self) -> str:
        return unseal(self.private_key, self._place)

    @property
    def _place(self) -> str:
        return f"openid/{self.generation}/{self.kid}/private_key"
