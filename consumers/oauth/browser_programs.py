"""CORS headers for the endpoints of the authorization server that browser programs call (Fetch standard).

Any origin is allowed, because the answers do not depend on cookies: credentials are never allowed. Error
answers carry the same headers; without them the browser would hide the error from the program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

LONGEST_LIST = 1000
View = Callable[..., HttpResponse]


def readable_in_browsers(methods: str) -> Callable[[View], View]:
    """Add CORS headers to a view. `methods` is the value of `Access-Control-Allow-Methods`."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                response = HttpResponse(status=204)
                response["Access-Control-Allow-Methods"] = methods
                wanted = request.headers.get("Access-Control-Request-Headers", "")
                if wanted and len(wanted) <= LONGEST_LIST and wanted.isprintable():
                    response["Access-Control-Allow-Headers"] = wanted
                response["Access-Control-Max-Age"] = "600"
                response["Vary"] = "Access-Control-Request-Headers"
            else:
                response = view(request, *args, **kwargs)
                response["Access-Control-Expose-Headers"] = "WWW-Authenticate, Retry-After"
            response["Access-Control-Allow-Origin"] = "*"
            return response

        served.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
        return served

    return decorate
