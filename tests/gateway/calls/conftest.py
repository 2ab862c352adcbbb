"""A caller and small tools: one appends to a list, one sets a state (and records it in the same list)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from accounts.rights import ALL_RIGHTS
from mcp_gateway.calls.caller import READ_SCOPE, WRITE_SCOPE, Caller
from mcp_gateway.calls.errors import UpstreamRejected
from mcp_gateway.calls.tool import Call, Catalogue, Tool
from mcp_gateway.runtime import runtime
from tests.conftest import World


class EchoInput(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(max_length=20)


class EchoOutput(BaseModel):
    text: str


class WriteInput(EchoInput):
    idempotency_key: str | None = None


class Ledger:
    """Records what the writing tool did, and decides how its next call ends."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.seconds = 0.0
        self.end: Exception | None = None


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def catalogue(ledger: Ledger) -> Catalogue:
    async def echo(call: Call, arguments: EchoInput) -> EchoOutput:
        if arguments.text == "crash":
            raise RuntimeError("a secret: fma_do-not-show")
        if arguments.text == "slow":
            await asyncio.sleep(30)
        return EchoOutput(text=arguments.text * (200_000 if arguments.text == "large" else 1))

    async def write(call: Call, arguments: WriteInput) -> EchoOutput:
        await asyncio.sleep(ledger.seconds)
        if isinstance(ledger.end, UpstreamRejected):
            raise ledger.end
        ledger.written.append(arguments.text)
        call.upstream.may_have_written = True
        if ledger.end is not None:
            raise ledger.end
        return EchoOutput(text=f"{arguments.text} #{len(ledger.written)}")

    needed: dict[str, Any] = {"rights": frozenset({"work_requests:view"}), "output": EchoOutput}
    return Catalogue.of(
        [
            Tool(name="echo", title="Echo", description="Echo.", input=EchoInput, run=echo, **needed),
            Tool(
                name="write", title="Write", description="Write.", input=WriteInput, run=write,
                read_only=False, idempotent=False, **needed,
            ),
            Tool(
                name="set", title="Set", description="Replaces.", input=WriteInput, run=write,
                read_only=False, **needed,
            ),
        ]
    )  # fmt: skip


@pytest.fixture
def caller(transactional_db: None, world: World) -> Iterator[Caller]:
    yield Caller(
        company_id=world.company.pk,
        company_name=world.company.name,
        language="en",
        time_zone="UTC",
        rights=ALL_RIGHTS,
        user_id=world.owner.pk,
        user_name=world.owner.name,
        user_email=world.owner.email,
        consumer_id=1,
        consumer_name="ChatGPT",
        scopes=frozenset({READ_SCOPE, WRITE_SCOPE}),
        authorization_id=7,
    )
    runtime().audit.stop()
