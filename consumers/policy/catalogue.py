"""The tools of the gateway, as far as the rules of administrators look at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from consumers.policy.decisions import Governed


def tools() -> Mapping[str, Governed]:
    """Return every tool by name, in the order of `tools/list`."""
    return cast("Mapping[str, Governed]", import_string(settings.TOOL_CATALOGUE).tools)


def operations() -> Mapping[str, tuple[str, ...]]:
    """Return every operation of the REST API, as `GET items`, with the tools that do the same."""
    return cast("Mapping[str, tuple[str, ...]]", import_string(settings.TOOL_OPERATIONS))
