"""Who may read the log of a company, and in which frame its pages are drawn."""

from __future__ import annotations

from functools import wraps
from typing import ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.current import CONFIGURE, View, acting_membership, shell_of, to_sign_in

READ_LOG = "transactions_log:view"
READERS = frozenset({CONFIGURE, READ_LOG})
P = ParamSpec("P")


def log_reader_required(view: View[P]) -> View[P]:
    """Require sign-in and one of READERS in the current company; otherwise show the 403 page."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if not READERS & acting_membership(request).rights:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


def frame(request: HttpRequest) -> str:
    """Return the template to extend: the settings menu is for those who may open its pages."""
    return "base_settings.html" if shell_of(request).may_configure else "base.html"
