"""Setting up two-step sign-in. A person who was led here by a rule goes on to where they were going."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView

from accounts.screens.sign_in import way_back


class SetUp(ActivateTOTPView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}

    def get_success_url(self) -> str:
        url: str = super().get_success_url()
        target = way_back(self.request)
        return f"{url}?{urlencode({'next': target})}" if target else url


class RecoveryCodes(ViewRecoveryCodesView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"way_back": way_back(self.request)}
