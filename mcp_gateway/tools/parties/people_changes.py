"""Tools of the set `catalogue_writes` that write people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from mcp_gateway.calls.errors import InvalidArguments, NotFound
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.identifiers import GivenCode, GivenShortCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import (
    Active,
    Address,
    City,
    Country,
    Email,
    Short,
    State,
    Telephone,
)
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.tools.parties import person_records
from mcp_gateway.upstream.resources import personnel
from mcp_gateway.upstream.resources.personnel import find_person


class PersonFields(Arguments):
    last_name: Annotated[str | None, Field(min_length=1, max_length=80, description="Last name.")] = None
    email: Email | None = None
    active: Active | None = None
    location: Annotated[
        GivenCode | None, Field(description="Code of the location where the person works.")
    ] = None
    department: Annotated[Short | None, Field(description="Department of the company.")] = None
    role: Annotated[Short | None, Field(description="Role or trade.")] = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    country: Country | None = None
    telephone: Telephone | None = None
    hourly_rate: Annotated[Short | None, Field(description="Name of a rate from the company's list.")] = None
    idempotency_key: IdempotencyKey | None = None


class CreatePersonInput(PersonFields):
    first_name: Annotated[str, Field(min_length=1, max_length=80, description="First name.")]
    code: Annotated[
        GivenShortCode | None,
        Field(description="Without a code the person can neither request nor do work here."),
    ] = None


class UpdatePersonInput(PersonFields):
    code: Annotated[GivenShortCode, Field(description="Code of the person, from list_people.")]
    first_name: Annotated[str | None, Field(min_length=1, max_length=80, description="First name.")] = None


PERSON_WIRE = {
    "first_name": "first_name", "last_name": "last_name", "code": "code", "email": "email",
    "active": "active", "location": "code_asset_location", "department": "group_1", "role": "group_2",
    "address": "address", "city": "city", "state": "state", "country": "country",
    "telephone": "telephone_1", "hourly_rate": "description_hourly_rate",
}  # fmt: skip


async def create_person(call: Call, arguments: CreatePersonInput) -> Saved:
    upstream = call.upstream
    with in_our_names(PERSON_WIRE):
        await personnel.create_person(upstream, body_of(arguments, PERSON_WIRE))
    return Saved(
        done="created",
        code=arguments.code,
        name=f"{arguments.first_name} {arguments.last_name or ''}".strip(),
        changed=changed_by(arguments, "code"),
        notes=[] if arguments.code else ["Without a code the person cannot be made responsible for work."],
        url=record_url("people", arguments.code) if arguments.code else None,
    )


async def update_person(call: Call, arguments: UpdatePersonInput) -> Saved:
    upstream = call.upstream
    changed = changed_by(arguments, "code")
    if not changed:
        raise InvalidArguments(
            "Name at least one field to change.", fields=[{"field": "last_name", "problem": "or any other"}]
        )
    known = await find_person(upstream, arguments.code)
    if known is None:
        raise NotFound("Nobody has that code. list_people finds people by name.")
    body = body_of(arguments, PERSON_WIRE)
    body.pop("code")
    with in_our_names(PERSON_WIRE):
        await personnel.update_person(upstream, arguments.code, body)
    return Saved(
        done="updated",
        code=arguments.code,
        name=known.full_name,
        changed=changed,
        url=record_url("people", arguments.code),
    )


async def person_before(call: Call, arguments: UpdatePersonInput) -> dict[str, Any]:
    """Return what the person's record has now, by the names of the arguments."""
    known = await find_person(call.upstream, arguments.code)
    if known is None:
        return {}
    return person_records.person(known).model_dump(mode="json", exclude={"location"})  # a name, not a code


TOOLS = (
    Tool(
        name="create_person",
        title="Create a person",
        description="Creates a human resource. It creates no account: that is done in Fracttal One.",
        rights=frozenset({"people:add"}),
        input=CreatePersonInput,
        output=Saved,
        run=create_person,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
    Tool(
        name="update_person",
        title="Change a person",
        description="Changes the given fields of a human resource and leaves the rest.",
        rights=frozenset({"people:view", "people:edit"}),
        input=UpdatePersonInput,
        output=Saved,
        run=update_person,
        before=person_before,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
)
