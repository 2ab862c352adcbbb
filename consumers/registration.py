"""POST /register and /oauth/register: programs that try to register themselves (RFC 7591), and may not."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from consumers.browser_programs import readable_in_browsers
from consumers.front_door import answer

WHO_REGISTERS = (
    "Programs cannot register themselves here. An administrator of your company registers this one at "
    f"{settings.PUBLIC_URL} under Configuration > API connections > OAuth consumers and gives you its "
    "key (client ID) and secret (client secret) to enter in the program."
)


@readable_in_browsers("POST")
@csrf_exempt
def register(request: HttpRequest) -> HttpResponse:
    """The form of RFC 7591 §3.2.2, so that a program shows the sentence to its person."""
    return answer({"error": "access_denied", "error_description": WHO_REGISTERS}, 403)
