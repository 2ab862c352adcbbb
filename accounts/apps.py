from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import event_mails, events  # noqa: F401 - they listen to signals, and need the models

        # One thread: a slow mail server delays mails and nothing else.
        self.mail_thread = ThreadPoolExecutor(1, thread_name_prefix="event-mails")

        user_logged_in.connect(_begin_session, dispatch_uid="accounts.session_begins")


def _begin_session(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    from accounts.sign_in_rules import begin  # after the models are loaded

    begin(request.session)
