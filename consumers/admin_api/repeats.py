"""A POST that is sent again with the same Idempotency-Key gets the first answer, and adds nothing."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from accounts.key_ring import CannotOpen, installation_ring, seal, unseal
from consumers.admin_api.endpoint import Endpoint
from consumers.admin_api.problems import Problem
from consumers.digests import digest
from consumers.models import KeptAnswer
from consumers.models.kept_answers import KEPT

LONGEST_KEY = 255
HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "A text of your choice for this request, up to 255 printable ASCII characters. For 24 hours the same "
        "request with the same key gets the first answer and changes nothing."
    ),
)


def once(endpoint: Endpoint, run: Callable[[], Response]) -> Response:
    """Run a request, or return the answer that its key already has.

    Both are one transaction: a second request waits for the first one, and a refused one keeps no answer.
    Raises Problem.
    """
    key = endpoint.request.headers.get("Idempotency-Key")
    if key is None:
        return run()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Problem(400, "idempotency_key_invalid", "Idempotency-Key: 1 to 255 printable ASCII characters.")
    consumer, key_digest, now = endpoint.caller.consumer_id, digest(key), timezone.now()
    place = f"kept-answer:{consumer}:{key_digest}"
    request_digest = _request_digest(endpoint)
    with transaction.atomic():
        rows = KeptAnswer.objects.filter(consumer=consumer, key_digest=key_digest)
        rows.filter(expires_at__lte=now).delete()
        row, made = KeptAnswer.objects.get_or_create(
            consumer_id=consumer,
            key_digest=key_digest,
            defaults={"request_digest": request_digest, "expires_at": now + KEPT},
        )
        if made:
            answer = run()
            body = JSONRenderer().render(answer.data).decode()
            rows.update(status=answer.status_code, answer=seal(body, place, installation_ring()))
            return answer
    if row.request_digest != request_digest:
        raise Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    try:
        body = unseal(row.answer, place, installation_ring())
    except CannotOpen:
        raise Problem(
            409, "answer_lost", "The first answer can no longer be read. Look whether it was done."
        ) from None
    return Response(orjson.loads(body), row.status, headers={"Idempotency-Replayed": "true"})


def _request_digest(endpoint: Endpoint) -> str:
    request = endpoint.request
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS).decode()
    return digest(f"{request.method} {request.path}\n{body}")
