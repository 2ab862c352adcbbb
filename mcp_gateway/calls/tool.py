"""The values of a tool call: the tool, the catalogue of an endpoint, the call and its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import orjson
from pydantic import BaseModel

from audit.recording import Subject
from mcp_gateway.calls.caller import DEFAULT_TOOLSET, READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.cursors import Cursors
from mcp_gateway.calls.questions import Answers, Question, Said
from mcp_gateway.upstream import Upstream

Input = TypeVar("Input", bound=BaseModel)
Output = TypeVar("Output", bound=BaseModel)


class Progress(Protocol):
    """Reports the progress of a long call; does nothing if the client did not ask for it."""

    async def __call__(self, done: float, total: float | None = None, message: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """What a tool function receives besides its arguments.

    `upstream` uses this caller's own credential, `cursors` are sealed for this caller, and `language` is the
    caller's.
    """

    caller: Caller
    upstream: Upstream
    progress: Progress
    request_id: str
    cursors: Cursors
    extra: Mapping[str, Any] = field(default_factory=dict)
    writes: bool = False  # the tool writes: names must match exactly, and similar ones are only offered
    answers: Answers = field(default_factory=dict)  # the person's answers to questions of this call
    brief: bool = False  # the client shows its model `structuredContent` besides the text

    @property
    def language(self) -> str:
        return self.caller.language

    def chose(self, question: Question) -> str | None:
        """Return the choice of the person, one of those that were offered then; None without a yes."""
        answer = self.answers.get(question.key)
        return answer.value if answer is not None and answer.said == Said.YES else None

    def agreed(self, question: Question) -> bool:
        answer = self.answers.get(question.key)
        return answer is not None and answer.said == Said.YES

    def once_of(self, question: Question) -> str:
        """Return the name of the yes to this question, by which it is spent (permission.py)."""
        return self.answers[question.key].once

    def agreed_subjects(self, about: str) -> list[str]:
        """Return the subjects of all questions of this kind that the person agreed to."""
        begin = Question(about=about).key
        return [
            key.removeprefix(begin)
            for key, answer in self.answers.items()
            if key.startswith(begin) and answer.said == Said.YES
        ]


@dataclass(frozen=True, slots=True)
class Tool(Generic[Input, Output]):
    """One tool. The caller needs all of `rights`, and one of `one_of` if there are any.

    `read_only` decides the scope. `input` must forbid extra fields; `output` is the model of
    `structuredContent`. `run` returns that model, or the same as JSON where speed matters. `before` reads
    what a write would replace, by the names of its arguments, for clients that show it.
    """

    name: str
    title: str
    description: str
    rights: frozenset[str]
    input: type[Input]
    output: type[Output] | None
    run: Callable[[Call, Input], Awaitable[Output | dict[str, Any] | ToolResult | InputRequired]]
    one_of: frozenset[str] = frozenset()
    read_only: bool = True
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = False
    many: str = ""  # the argument that lists the records, where one call may write several
    reports_progress: bool = False  # its answer may be sent as server-sent events
    task_after: float | None = None  # seconds after which a call may become a task (methods/tasks.py)
    input_schema: Mapping[str, Any] | None = None  # if it says more than `input` can
    toolset: str = DEFAULT_TOOLSET
    formerly: tuple[str, ...] = ()  # earlier names: clients cache the list for a while
    # Return exactly one content block, the JSON. Some clients need this of `search` and `fetch`.
    plain: bool = False
    before: Callable[[Call, Input], Awaitable[Mapping[str, Any]]] | None = None

    def missing(self, rights: frozenset[str]) -> frozenset[str]:
        """Return the rights that a caller with these rights lacks."""
        lacking = self.rights - rights
        return lacking if self.one_of & rights else lacking | self.one_of

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return all scopes that a call needs, as the 403 challenge names them."""
        return (READ_SCOPE,) if self.read_only else (READ_SCOPE, WRITE_SCOPE)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a call: `structuredContent`, content blocks as wire dictionaries, and hidden `_meta`.

    `about` is the one record that it tells of, for the log. `question` is what a refusal asks the person in a
    card, where the client shows cards and has no form.
    """

    content: list[dict[str, Any]]
    json: bytes | None = None  # `structuredContent`, serialized once
    is_error: bool = False
    meta: dict[str, Any] = field(default_factory=dict)
    about: Subject | None = None
    question: InputRequired | None = None

    @property
    def structured(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = None if self.json is None else orjson.loads(self.json)
        return found


@dataclass(frozen=True, slots=True)
class InputRequired:
    """A question to the client.

    The request is repeated with the answers in `params["inputResponses"]` and `state` in
    `params["requestState"]`. On its way through a client of 2026-07-28 the state is signed and bound to the
    caller and the request.
    """

    requests: Mapping[str, Any]
    state: Mapping[str, Any] | None = None


Feature = Callable[[Caller, Mapping[str, Any], Mapping[str, Any]], Awaitable[dict[str, Any] | InputRequired]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tools by name, in the order in which they are listed.

    `features` are further methods (prompts, resources, completion): `(caller, params, client capabilities) ->
    result`. `cards` are the addresses of the documents in which clients may show the answers of a tool.
    """

    tools: Mapping[str, Tool[Any, Any]]
    features: Mapping[str, Feature] = field(default_factory=dict)
    capabilities: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    cards: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> Tool[Any, Any] | None:
        """Return the tool with that name, or the one that had it formerly."""
        if name in self.tools:
            return self.tools[name]
        return next((tool for tool in self.tools.values() if name in tool.formerly), None)

    @classmethod
    def of(cls, tools: Sequence[Tool[Any, Any]]) -> Catalogue:
        return cls({tool.name: tool for tool in tools})

    @property
    def toolsets(self) -> frozenset[str]:
        return frozenset(tool.toolset for tool in self.tools.values())
