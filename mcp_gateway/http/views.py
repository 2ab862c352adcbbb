"""The endpoint as a Django view, for any Django server and the test client (door 1)."""

from __future__ import annotations

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest as DjangoRequest
from django.http import HttpResponse as DjangoResponse
from django.http import StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from mcp_gateway.http.endpoint import Endpoint
from mcp_gateway.http.messages import BODY_LIMIT, BodyTooLarge, BodyTooSlow, HttpRequest
from mcp_gateway.runtime import runtime
from mcp_gateway.server import endpoint


@csrf_exempt
async def mcp_endpoint(request: DjangoRequest) -> DjangoResponse | StreamingHttpResponse:
    return await answer(endpoint(), request)


async def answer(serving: Endpoint, request: DjangoRequest) -> DjangoResponse | StreamingHttpResponse:
    async def read() -> bytes:
        declared = request.headers.get("content-length") or "0"
        if not declared.isdecimal() or int(declared) > BODY_LIMIT:
            raise BodyTooLarge
        try:
            body: bytes = request.read(BODY_LIMIT + 1)
        except OSError:  # the client disconnected while sending
            raise BodyTooSlow from None
        if len(body) > BODY_LIMIT:
            raise BodyTooLarge
        return body

    lines = [(name.lower(), value) for name, value in request.headers.items()]
    if "host" not in request.headers:
        lines.append(("host", request.META["SERVER_NAME"]))
    # A WSGI server cannot stream later events, so the answer is always JSON.
    may_stream = isinstance(request, ASGIRequest)
    try:
        query = str(request.META.get("QUERY_STRING", ""))
        address = str(request.META.get("REMOTE_ADDR") or "")
        asked = HttpRequest(request.method or "", lines, read, may_stream, query, address)
        response = await serving.handle(asked)
    finally:
        # under WSGI the event loop ends with the request, and its connections must be closed before
        if not may_stream:
            await runtime().close_loop()
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    if isinstance(response.body, bytes):
        return DjangoResponse(response.body, status=response.status, headers=headers)
    return StreamingHttpResponse(response.body, status=response.status, headers=headers)
