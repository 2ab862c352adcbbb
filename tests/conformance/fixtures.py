"""The tools, prompts and resources that the conformance suite expects of a server.

See docs/reference/mcp.md#conformance-suite. The suite prescribes their names, texts and shapes. They are
served by the product's own `Endpoint` and `dispatch`, in tests only.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from mcp_gateway.calls.caller import Caller
from mcp_gateway.calls.errors import UnknownTool, UpstreamRejected
from mcp_gateway.calls.tool import Call, Catalogue, InputRequired, Tool, ToolResult
from mcp_gateway.protocol.messages import ProtocolError

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = base64.b64encode(
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0@\x1f\0\0\x80>\0\0\x02\0\x10\0data\0\0\0\0"
).decode()

Answer = ToolResult | InputRequired


class Named(BaseModel):
    name: str


class Filed(BaseModel):
    filename: str


class Lasting(BaseModel):
    seconds: float
    label: str = "It"


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Prompted(Nothing):
    prompt: str


class Told(Nothing):
    message: str


class Mirrored(Nothing):
    region: str = Field(json_schema_extra={"x-mcp-header": "Region"})


class Contact(Nothing):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    name: str | None = None
    address: dict[str, str] | None = None
    contact_method: str | None = Field(None, alias="contactMethod")
    phone: str | None = None
    email: str | None = None


CONTACT_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def says(words: str) -> ToolResult:
    return ToolResult(content=[text(words)])


# --- plain content -----------------------------------------------------------------------

IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
MIXED = {
    "uri": "test://mixed-content-resource",
    "mimeType": "application/json",
    "text": '{"test":"data","value":123}',
}
EMBEDDED = {
    "uri": "test://embedded-resource",
    "mimeType": "text/plain",
    "text": "This is an embedded resource content.",
}
CONTENTS: dict[str, list[dict[str, Any]]] = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [{"type": "audio", "data": WAV, "mimeType": "audio/wav"}],
    "test_embedded_resource": [{"type": "resource", "resource": EMBEDDED}],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        IMAGE,
        {"type": "resource", "resource": MIXED},
    ],
}


def contents_of(name: str) -> Callable[[Call, Any], Awaitable[Answer]]:
    async def run(call: Call, arguments: Nothing) -> Answer:
        return ToolResult(content=CONTENTS[name])

    return run


async def fail(call: Call, arguments: Nothing) -> Answer:
    raise UpstreamRejected("This tool intentionally returns an error for testing")


async def progress(call: Call, arguments: Nothing) -> Answer:
    for done in (0, 50, 100):
        await call.progress(done, 100)
        await asyncio.sleep(0.05)
    return says("Done with progress.")


async def log(call: Call, arguments: Nothing) -> Answer:
    """Send a log message if revision and request allow it (2026-07-28: only with a log level)."""
    wanted = not call.extra["modern"] or "io.modelcontextprotocol/logLevel" in call.extra["params"]["_meta"]
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        if wanted:
            await call.extra["notify"]("notifications/message", {"level": "info", "data": words})
        await asyncio.sleep(0.05)
    return says("Done with logging.")


async def mirrored(call: Call, arguments: Mirrored) -> Answer:
    return says(f"Region {arguments.region}")


async def contact(call: Call, arguments: Contact) -> Answer:
    return says(f"Contact {arguments.model_dump_json()}")


# --- questions back to the client --------------------------------------------------------


def elicit(message: str, **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def sample(words: str, tokens: int) -> dict[str, Any]:
    messages = [{"role": "user", "content": text(words)}]
    return {"method": "sampling/createMessage", "params": {"messages": messages, "maxTokens": tokens}}


ROOTS = {"method": "roots/list", "params": {}}
NAME = elicit("What is your name?", name={"type": "string"})
CONFIRM = elicit("Please confirm", ok={"type": "boolean"})


def responses(params: Mapping[str, Any]) -> dict[str, Any]:
    found = params.get("inputResponses") or {}
    return {key: value for key, value in found.items() if isinstance(value, dict)}


def asks(
    requests: Mapping[str, dict[str, Any]], words: str, state: Mapping[str, Any] | None = None
) -> Callable[[Call, Any], Awaitable[Answer]]:
    """Build a tool that asks until it has every answer, then returns `words`."""

    async def run(call: Call, arguments: BaseModel) -> Answer:
        params = call.extra["params"]
        given = responses(params)
        if requests.keys() <= given.keys() and (state is None or params.get("requestState") == state):
            return says(words.format(**{key: orjson.dumps(value).decode() for key, value in given.items()}))
        return InputRequired(requests, state)

    return run


async def sampling(call: Call, arguments: Prompted) -> Answer:
    return await asks({"answer": sample(arguments.prompt, 100)}, "LLM response: {answer}")(call, arguments)


async def elicitation(call: Call, arguments: Told) -> Answer:
    question = elicit(
        arguments.message,
        username={"type": "string", "description": "User's response"},
        email={"type": "string", "description": "User's email address"},
    )
    return await asks({"answer": question}, "User response: {answer}")(call, arguments)


async def multi_round(call: Call, arguments: Nothing) -> Answer:
    given, state = responses(call.extra["params"]), call.extra["params"].get("requestState") or {}
    if state.get("round") == 2 and "step2" in given:
        return says(f"{state['name']} likes {given['step2']['content']['color']}")
    if state.get("round") == 1 and "step1" in given:
        question = elicit("Step 2: What is your favorite color?", color={"type": "string"})
        return InputRequired({"step2": question}, {"round": 2, "name": given["step1"]["content"]["name"]})
    question = elicit("Step 1: What is your name?", name={"type": "string"})
    return InputRequired({"step1": question}, {"round": 1})


async def what_the_client_can(call: Call, arguments: Nothing) -> Answer:
    possible = {"sampling": sample("Say hello", 50), "elicitation": NAME, "roots": ROOTS}
    questions = {name: ask for name, ask in possible.items() if name in call.extra["capabilities"]}
    return await asks(questions, "Thank you.")(call, arguments)


# --- tasks: calls that outlast DEFER_AFTER -----------------------------------------------

DEFER_AFTER = 0.2


async def greet(call: Call, arguments: Named) -> Answer:
    return says(f"Hello, {arguments.name}!")


async def slow_compute(call: Call, arguments: Lasting) -> Answer:
    await asyncio.sleep(arguments.seconds)
    return says(f"{arguments.label} took {arguments.seconds} s.")


async def failing_job(call: Call, arguments: Nothing) -> Answer:
    await asyncio.sleep(1)
    raise UpstreamRejected("This job always fails.")


async def protocol_error_job(call: Call, arguments: Nothing) -> Answer:
    await asyncio.sleep(0.5)
    raise UnknownTool("protocol_error_job")  # the one refusal of a call that is a JSON-RPC error


def asks_in_a_task(**requests: dict[str, Any]) -> Callable[[Call, Any], Awaitable[Answer]]:
    """Build a tool that asks only when it has become a task."""

    async def run(call: Call, arguments: BaseModel) -> Answer:
        await asyncio.sleep(2 * DEFER_AFTER)
        return await asks(requests, "Thank you.")(call, arguments)

    return run


async def asks_before_a_task(call: Call, arguments: Nothing) -> Answer:
    answer = await asks({"user_name": NAME}, "Hello, {user_name}!")(call, arguments)
    if isinstance(answer, ToolResult):
        await asyncio.sleep(3 * DEFER_AFTER)
    return answer


DEFAULTS = elicit(
    "Please review and update the form fields with defaults",
    name={"type": "string", "default": "John Doe"},
    age={"type": "integer", "default": 30},
    score={"type": "number", "default": 95.5},
    status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    verified={"type": "boolean", "default": True},
)
ENUMS = elicit(
    "Please choose",
    untitledSingle={"type": "string", "enum": ["option1", "option2", "option3"]},
    titledSingle={"type": "string", "oneOf": [{"const": "value1", "title": "First Option"}]},
    legacyEnum={"type": "string", "enum": ["opt1"], "enumNames": ["Option One"]},
    untitledMulti={"type": "array", "items": {"type": "string", "enum": ["option1", "option2"]}},
    titledMulti={"type": "array", "items": {"anyOf": [{"const": "value1", "title": "First Choice"}]}},
)
ROUND_TRIP = "test_input_required_result"


def tool(
    name: str, run: Callable[[Call, Any], Awaitable[Answer]], model: type[BaseModel] = Nothing, **more: Any
) -> Tool[Any, Any]:
    title = name.replace("_", " ").capitalize()
    return Tool(
        name=name, title=title, description=f"{title}.", rights=frozenset(), input=model, output=None,
        run=run, **more,
    )  # fmt: skip


TOOLS = [
    *(tool(name, contents_of(name)) for name in CONTENTS),
    tool("test_error_handling", fail),
    tool("test_tool_with_progress", progress, reports_progress=True),
    tool("test_tool_with_logging", log, reports_progress=True),
    tool("test_logging_tool", log, reports_progress=True),
    tool("json_schema_2020_12_tool", contact, Contact, input_schema=CONTACT_SCHEMA),
    tool("test_mirrored_parameter", mirrored, Mirrored),
    tool("test_sampling", sampling, Prompted),
    tool("test_elicitation", elicitation, Told),
    tool("test_elicitation_sep1034_defaults", asks({"answer": DEFAULTS}, "Elicitation completed: {answer}")),
    tool("test_elicitation_sep1330_enums", asks({"answer": ENUMS}, "Elicitation completed: {answer}")),
    tool("test_missing_capability", asks({"answer": sample("Hello", 50)}, "Sampled.")),
    tool("test_streaming_elicitation", asks({"user_name": NAME}, "Hello!"), reports_progress=True),
    tool(f"{ROUND_TRIP}_elicitation", asks({"user_name": NAME}, "Hello, {user_name}!")),
    tool(
        f"{ROUND_TRIP}_sampling",
        asks({"capital_question": sample("What is the capital of France?", 100)}, "{capital_question}"),
    ),
    tool(f"{ROUND_TRIP}_list_roots", asks({"client_roots": ROOTS}, "Roots: {client_roots}")),
    tool(f"{ROUND_TRIP}_request_state", asks({"confirm": CONFIRM}, "state-ok", {"step": "confirm"})),
    tool(f"{ROUND_TRIP}_tampered_state", asks({"confirm": CONFIRM}, "state-ok", {"step": "tamper"})),
    tool(
        f"{ROUND_TRIP}_multiple_inputs",
        asks(
            {"user_name": NAME, "greeting": sample("Generate a greeting", 50), "client_roots": ROOTS},
            "All answered.",
            {"step": "all"},
        ),
    ),
    tool(f"{ROUND_TRIP}_multi_round", multi_round),
    tool(f"{ROUND_TRIP}_capabilities", what_the_client_can),
    tool("greet", greet, Named),
    tool("slow_compute", slow_compute, Lasting, task_after=DEFER_AFTER),
    tool("failing_job", failing_job, task_after=DEFER_AFTER),
    tool("protocol_error_job", protocol_error_job, task_after=DEFER_AFTER),
    tool("confirm_delete", asks_in_a_task(confirm=CONFIRM), Filed, task_after=DEFER_AFTER),
    tool("multi_input", asks_in_a_task(name=NAME, confirm=CONFIRM), task_after=DEFER_AFTER),
    tool("test_tool_with_task", asks_before_a_task, task_after=DEFER_AFTER),
]

# --- prompts, resources, completion ------------------------------------------------------


def argument(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "description": description, "required": True}


def prompt(name: str, *arguments: dict[str, Any]) -> dict[str, Any]:
    described = {"name": name, "description": name.replace("_", " ").capitalize()}
    return {**described, "arguments": list(arguments)} if arguments else described


PROMPTS = [
    prompt("test_simple_prompt"),
    prompt("test_prompt_with_arguments", argument("arg1", "First"), argument("arg2", "Second")),
    prompt("test_prompt_with_embedded_resource", argument("resourceUri", "URI to embed")),
    prompt("test_prompt_with_image"),
    prompt("test_input_required_result_prompt"),
]
CONTEXT = elicit("What context should the prompt use?", context={"type": "string"})
TEXT_RESOURCE, BINARY_RESOURCE = "test://static-text", "test://static-binary"
RESOURCES = [
    {"uri": TEXT_RESOURCE, "name": "text", "description": "A text", "mimeType": "text/plain"},
    {"uri": BINARY_RESOURCE, "name": "image", "description": "An image", "mimeType": "image/png"},
    {"uri": "test://watched-resource", "name": "watched", "description": "A text", "mimeType": "text/plain"},
]
TEMPLATE_BEFORE, TEMPLATE_AFTER = "test://template/", "/data"
TEMPLATE = {
    "uriTemplate": "test://template/{id}/data",
    "name": "template",
    "description": "Data of one id",
    "mimeType": "application/json",
}

Params = Mapping[str, Any]
Capabilities = Mapping[str, Any]


async def list_prompts(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    return {"prompts": PROMPTS}


async def get_prompt(
    caller: Caller, params: Params, capabilities: Capabilities
) -> dict[str, Any] | InputRequired:
    name, arguments = params["name"], params.get("arguments") or {}
    if name == "test_simple_prompt":
        content = [text("This is a simple prompt for testing.")]
    elif name == "test_prompt_with_arguments":
        given = f"arg1='{arguments.get('arg1')}', arg2='{arguments.get('arg2')}'"
        content = [text(f"Prompt with arguments: {given}")]
    elif name == "test_prompt_with_embedded_resource":
        resource = {**EMBEDDED, "uri": arguments["resourceUri"]}
        content = [{"type": "resource", "resource": resource}, text("Please process the resource above.")]
    elif name == "test_prompt_with_image":
        content = [IMAGE, text("Please analyze the image above.")]
    elif name == "test_input_required_result_prompt":
        given_context = responses(params).get("user_context")
        if given_context is None:
            return InputRequired({"user_context": CONTEXT})
        content = [text(f"Context: {given_context}")]
    else:
        raise ProtocolError(-32602, "There is no such prompt.")
    return {"messages": [{"role": "user", "content": block} for block in content]}


async def list_resources(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    return {"resources": RESOURCES}


async def list_templates(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    return {"resourceTemplates": [TEMPLATE]}


async def read_resource(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    uri: str = params["uri"]
    if uri == BINARY_RESOURCE:
        return {"contents": [{"uri": uri, "mimeType": "image/png", "blob": PNG}]}
    if uri.startswith(TEMPLATE_BEFORE) and uri.endswith(TEMPLATE_AFTER):
        found = uri.removeprefix(TEMPLATE_BEFORE).removesuffix(TEMPLATE_AFTER)
        data = {"id": found, "templateTest": True, "data": f"Data for ID: {found}"}
        shown = {"uri": uri, "mimeType": "application/json", "text": orjson.dumps(data).decode()}
        return {"contents": [shown]}
    if uri in {str(resource["uri"]) for resource in RESOURCES}:
        words = "This is the content of the static text resource."
        return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": words}]}
    raise ProtocolError(-32602, "Resource not found", data={"uri": uri})


async def complete(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    begun = params["argument"]["value"]
    values = [word for word in ("paris", "park", "party") if word.startswith(begun)]
    return {"completion": {"values": values, "total": len(values), "hasMore": False}}


async def accept(caller: Caller, params: Params, capabilities: Capabilities) -> dict[str, Any]:
    return {}


CATALOGUE = Catalogue(
    tools={each.name: each for each in TOOLS},
    features={
        "prompts/list": list_prompts,
        "prompts/get": get_prompt,
        "resources/list": list_resources,
        "resources/templates/list": list_templates,
        "resources/read": read_resource,
        "resources/subscribe": accept,
        "resources/unsubscribe": accept,
        "completion/complete": complete,
        "logging/setLevel": accept,
    },
    capabilities=frozenset({"prompts", "resources", "completions", "logging"}),
)
