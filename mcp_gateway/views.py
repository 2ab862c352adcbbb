"""Door 1: the endpoint as a Django view, for any Django server and the test client."""

from __future__ import annotations

from django.http import HttpRequest as DjangoRequest
from django.http import HttpResponse as DjangoResponse
from django.http import StreamingHttpResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt

from mcp_gateway.asgi import BODY_LIMIT
from mcp_gateway.endpoint import HttpRequest
from mcp_gateway.product import endpoint


@csrf_exempt
async def mcp_endpoint(request: DjangoRequest) -> DjangoResponse | StreamingHttpResponse:
    try:
        too_large = int(request.headers.get("content-length") or 0) > BODY_LIMIT
        body = b"" if too_large else request.read(BODY_LIMIT + 1)
    except (ValueError, RawPostDataException, OSError):
        return DjangoResponse(status=400)
    if too_large or len(body) > BODY_LIMIT:
        return DjangoResponse(status=413)
    lines = [(name.lower(), value) for name, value in request.headers.items()]
    response = await endpoint().handle(HttpRequest(request.method or "", lines, body))
    if isinstance(response.body, bytes):
        return DjangoResponse(response.body, status=response.status, headers=dict(response.headers))
    return StreamingHttpResponse(response.body, status=response.status, headers=dict(response.headers))
