from __future__ import annotations

import threading

from django.apps import AppConfig

MOST_DOCUMENT_FETCHES = 4


class ConsumersConfig(AppConfig):
    """Holds what lives as long as the process."""

    name = "consumers"
    verbose_name = "OAuth consumers"

    def ready(self) -> None:
        # How many threads may wait for client metadata documents at the same time.
        self.document_fetches = threading.BoundedSemaphore(MOST_DOCUMENT_FETCHES)
