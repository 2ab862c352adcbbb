"""Agent programs: a scripted model instead of a real one, and one conversation per step."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import conversation
import scripted_model

PREFIX = "plant"  # The name of the server in each program.


async def serve(model: scripted_model.ScriptedModel, talk: Callable[[], str]) -> None:
    """Serve steps.

    `talk` runs the program once, with a question that the model answers with the scripted tool.
    """

    async def list_tools() -> list[str]:
        model.script("", {})
        said = await asyncio.to_thread(talk)
        names = [re.sub(rf".*{PREFIX}[-_]+", "", name) for name in model.offered]
        if not names:
            raise RuntimeError(f"the model was offered no tools: {said[-1500:]}")
        return names

    async def call(tool: str, arguments: dict[str, Any]) -> Any:
        model.script(tool, arguments)
        said = await asyncio.to_thread(talk)
        if model.result is None:
            raise RuntimeError(f"the tool was not called; offered {model.offered[:5]}: {said[-1500:]}")
        return as_text(model.result)

    await conversation.serve(list_tools, call)


def as_text(result: Any) -> str:
    """Return the text of a result as the model sees it, however the program wraps it."""
    if isinstance(result, list):
        return "".join(as_text(each) for each in result)
    if isinstance(result, dict):
        for name in ("text", "output", "content", "error"):
            if name in result:
                return as_text(result[name])
        return json.dumps(result)
    return str(result)
