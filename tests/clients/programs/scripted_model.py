"""A scripted model: it calls the tool that the script names and returns the result.

It implements what agent programs need of four interfaces, each as a stream of events: OpenAI's responses and
chat completions, Anthropic's messages, and Gemini's contents.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Event = dict[str, Any]
DONE = "Done."


class ScriptedModel:
    def __init__(self, seconds: float = 0) -> None:
        self._seconds = seconds  # thinking time before each answer
        self.offered: list[str] = []
        self.result: Any = None
        self._wanted: tuple[str, dict[str, Any]] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def script(self, tool: str, arguments: dict[str, Any]) -> None:
        """Set the tool of the next conversation; an empty name calls none."""
        self.offered, self.result, self._wanted = [], None, (tool, arguments) if tool else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
                interface = next((each for part, each in INTERFACES.items() if part in self.path), None)
                if interface is None:
                    self._answer("application/json", b"{}")
                    return
                time.sleep(model._seconds)
                events = interface(sent, model)
                if sent.get("stream") is False or ":generateContent" in self.path:
                    self._answer("application/json", json.dumps(list(events)[-1]).encode())
                    return
                lines = []
                for event in events:
                    if interface in (responses, messages):
                        lines.append(f"event: {event['type']}\n")
                    lines.append(f"data: {json.dumps(event)}\n\n")
                if interface is chat:
                    lines.append("data: [DONE]\n\n")
                self._answer("text/event-stream", "".join(lines).encode())

            def do_GET(self) -> None:
                self._answer("application/json", b'{"object": "list", "data": [], "models": []}')

            def _answer(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler

    def decide(self, offered: list[str], results: list[Any]) -> tuple[str, dict[str, Any]] | None:
        """Return the full name and the arguments of the tool to call now, or None."""
        self.offered += [name for name in offered if name not in self.offered]
        if results:
            self.result = results[-1]
        if self.result is not None or self._wanted is None:
            return None
        tool, arguments = self._wanted
        full = next(
            (name for name in offered if name == tool or name.endswith((f"_{tool}", f"-{tool}"))), None
        )
        return (full, arguments) if full else None


def responses(sent: dict[str, Any], model: ScriptedModel) -> Iterator[Event]:
    spaces: dict[str, str] = {}
    for tool in sent.get("tools", []):
        if tool.get("type") == "namespace":
            spaces |= {inner["name"]: tool["name"] for inner in tool["tools"]}
        elif tool.get("type") == "function":
            spaces[tool["name"]] = ""
    results = [item["output"] for item in sent.get("input", []) if item.get("type") == "function_call_output"]
    call = model.decide(list(spaces), results)
    if call:
        item = {
            "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": call[0],
            "arguments": json.dumps(call[1]),
        }  # fmt: skip
        if spaces[call[0]]:
            item["namespace"] = spaces[call[0]]
    else:
        text = {"type": "output_text", "text": DONE, "annotations": []}
        item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [text]}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    yield {"type": "response.created", "response": {"id": "resp_1"}}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {"type": "response.completed", "response": {"id": "resp_1", "usage": usage, "output": [item]}}


def chat(sent: dict[str, Any], model: ScriptedModel) -> Iterator[Event]:
    offered = [tool["function"]["name"] for tool in sent.get("tools", [])]
    results = [message["content"] for message in sent["messages"] if message["role"] == "tool"]
    call = model.decide(offered, results)
    head = {"id": "chat_1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    delta: dict[str, Any] = {"role": "assistant", "content": DONE}
    if call:
        function = {"name": call[0], "arguments": json.dumps(call[1])}
        delta = {
            "role": "assistant",
            "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}],
        }
    yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    reason = "tool_calls" if call else "stop"
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    yield head | {
        "choices": [{"index": 0, "delta": {}, "message": delta, "finish_reason": reason}],
        "usage": usage,
    }


def messages(sent: dict[str, Any], model: ScriptedModel) -> Iterator[Event]:
    offered = [tool["name"] for tool in sent.get("tools", [])]
    results = [
        block["content"]
        for message in sent["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
        if block.get("type") == "tool_result"
    ]
    call = model.decide(offered, results)
    usage = {"input_tokens": 1, "output_tokens": 1}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "usage": usage}
    reason = "tool_use" if call else "end_turn"
    if call:
        block = {"type": "tool_use", "id": "toolu_1", "name": call[0], "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(call[1])}
    else:
        block = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": DONE}
    yield {"type": "message_start", "message": head | {"content": [], "stop_reason": None}}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    yield {"type": "message_stop"}


def contents(sent: dict[str, Any], model: ScriptedModel) -> Iterator[Event]:
    parts = [part for content in sent.get("contents", []) for part in content.get("parts", [])]
    offered = [
        function["name"]
        for tool in sent.get("tools", [])
        for function in tool.get("functionDeclarations", [])
    ]
    results = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    call = model.decide(offered, results)
    part = {"functionCall": {"name": call[0], "args": call[1]}} if call else {"text": DONE}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    content = {"role": "model", "parts": [part]}
    yield {"candidates": [{"index": 0, "content": content, "finishReason": "STOP"}], "usageMetadata": usage}


INTERFACES = {
    "enerateContent": contents,
    "/responses": responses,
    "/chat/completions": chat,
    "/messages": messages,
}
