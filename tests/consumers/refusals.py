"""What all refusals of the token endpoint have in common."""

from __future__ import annotations

from typing import Any


def refused(response: Any, error: str, status: int = 400) -> None:
    """Check that it is a JSON error that no cache stores (RFC 6749 §5.2)."""
    assert (response.status_code, response.json()["error"]) == (status, error), response.content
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert "set-cookie" not in response
