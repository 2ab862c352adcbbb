from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete


class ConnectionsConfig(AppConfig):
    name = "connections"
    verbose_name = "Connections to Fracttal One"

    def ready(self) -> None:
        post_delete.connect(
            _forget_link, sender="accounts.Membership", dispatch_uid="connections.forget_link"
        )


def _forget_link(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Forget the account at Fracttal One of a person who left the company."""
    from connections.models import LinkedAccount  # after the models are loaded

    LinkedAccount.objects.filter(connection__company=instance.company_id, user=instance.user_id).delete()
