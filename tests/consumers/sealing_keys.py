"""Keys for UPSTREAM_KEYS."""

from __future__ import annotations

import base64
import os


def new_key(name: str) -> str:
    return f"{name}:{base64.urlsafe_b64encode(os.urandom(32)).decode()}"
