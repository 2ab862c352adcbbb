from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from listing.folding import teach_sqlite


class ListingConfig(AppConfig):
    """Pages, order, search and filters of every list."""

    name = "listing"

    def ready(self) -> None:
        connection_created.connect(teach_sqlite, dispatch_uid="listing.folding")
