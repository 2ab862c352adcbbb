"""Tools of the set `catalogue_writes` that write third parties and their services."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from mcp_gateway.calls.errors import InvalidArguments
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import fold
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.codes import number_of
from mcp_gateway.tools.kit.identifiers import GivenCode, GivenShortCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import (
    Active,
    Address,
    City,
    Country,
    Email,
    FirstGroup,
    SecondGroup,
    Short,
    State,
    Telephone,
)
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.tools.parties.third_party_records import (
    PARTY_TYPE,
    PartyType,
    no_such_third_party,
    third_party,
)
from mcp_gateway.upstream.resources import third_parties
from mcp_gateway.upstream.resources.third_parties import find_third_party, services_of


class SaveThirdPartyInput(Arguments):
    code: Annotated[GivenShortCode, Field(description="Code; if it exists, that third party is changed.")]
    name: Annotated[Short | None, Field(description="Required for a new one.")] = None
    types: Annotated[
        list[PartyType] | None,
        Field(min_length=1, max_length=4, description="All its roles for the company."),
    ] = None
    email: Email | None = None
    active: Active | None = None
    location: Annotated[GivenCode | None, Field(description="Code of a location.")] = None
    classification_1: FirstGroup | None = None
    classification_2: SecondGroup | None = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    country: Country | None = None
    telephone: Telephone | None = None
    web_page: Annotated[
        str | None, Field(min_length=1, max_length=200, description="URL of its website.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class SetThirdPartyServiceInput(Arguments):
    third_party: Annotated[GivenShortCode, Field(description="Code of the third party.")]
    service: Annotated[str, Field(min_length=1, max_length=160, description="Name of the service.")]
    cost: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False, description="Company's currency.")]
    details: Annotated[
        str | None, Field(min_length=1, max_length=1000, description="More about the service.")
    ] = None
    unit_code: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=16,
            description="With unit; required for a service that nobody offers yet.",
        ),
    ] = None
    unit: Annotated[str | None, Field(min_length=1, max_length=40, description="Such as hour, visit.")] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def unit_whole(self) -> SetThirdPartyServiceInput:
        if (self.unit is None) != (self.unit_code is None):
            raise ValueError("unit and unit_code go together")
        return self


THIRD_PARTY_WIRE = {
    "code": "code", "name": "name", "types": "id_third_party_type", "email": "email",
    "active": "active", "location": "code_parent_location", "classification_1": "group_1",
    "classification_2": "group_2", "address": "address", "city": "city", "state": "state",
    "country": "country", "telephone": "telephone_1", "web_page": "web_page",
}  # fmt: skip
SERVICE_WIRE = {
    "third_party": "third_party_code", "service": "service_description", "cost": "cost",
    "details": "details", "unit_code": "unit_code", "unit": "unit_description",
}  # fmt: skip


async def save_third_party(call: Call, arguments: SaveThirdPartyInput) -> Saved:
    upstream = call.upstream
    known = await find_third_party(upstream, arguments.code)
    changed = changed_by(arguments, "code", "third_party")
    body = body_of(arguments, THIRD_PARTY_WIRE)
    if arguments.types is not None:
        body["id_third_party_type"] = [number_of(PARTY_TYPE, kind) for kind in arguments.types]
    if known is None:
        no_such = await no_such_third_party(upstream, arguments.code)
        if no_such.details[
            "candidates"
        ]:  # two services whose names differ only in appearance could not be told apart
            raise no_such
    if known is None and arguments.name is None:
        raise InvalidArguments(
            "There is no third party with that code yet, and a new one needs a name.",
            fields=[{"field": "name", "problem": "is needed for a new third party"}],
        )
    if not changed:
        raise InvalidArguments(
            "Name at least one field to change.", fields=[{"field": "name", "problem": "or any other"}]
        )
    with in_our_names(THIRD_PARTY_WIRE):
        if known is None:
            await third_parties.create_third_party(upstream, body)
        else:
            body.pop("code")
            # The API reference requires the name even if it does not change.
            await third_parties.update_third_party(upstream, known.code, {"name": known.name, **body})
    return Saved(
        done="created" if known is None else "updated",
        code=arguments.code,
        name=arguments.name or (known.name if known else None),
        changed=changed,
        url=record_url("third-parties", arguments.code),
    )


async def set_third_party_service(call: Call, arguments: SetThirdPartyServiceInput) -> Saved:
    upstream = call.upstream
    party = await find_third_party(upstream, arguments.third_party)
    if party is None:
        raise await no_such_third_party(upstream, arguments.third_party)
    known = [
        row for row in await services_of(upstream, party.code) if fold(row.name) == fold(arguments.service)
    ]
    body = body_of(arguments, SERVICE_WIRE)
    with in_our_names(SERVICE_WIRE):
        if known:
            number: int | None = known[0].id
            body.pop("third_party_code")
            await third_parties.update_service(upstream, known[0].id, body)
        else:
            number = await third_parties.create_service(upstream, body)
    return Saved(
        done="updated" if known else "created",
        id=number,
        code=party.code,
        name=arguments.service,
        changed=changed_by(arguments, "code", "third_party"),
        url=record_url("third-parties", party.code),
    )


async def third_party_before(call: Call, arguments: SaveThirdPartyInput) -> dict[str, Any]:
    """Return what the third party has now, by the names of the arguments; nothing of a new one."""
    known = await find_third_party(call.upstream, arguments.code)
    return {} if known is None else third_party(known).model_dump(mode="json", exclude={"code"})


async def service_before(call: Call, arguments: SetThirdPartyServiceInput) -> dict[str, Any]:
    """Return what the service costs now, by the names of the arguments; nothing of a new one."""
    for row in await services_of(call.upstream, arguments.third_party):
        if fold(row.name) == fold(arguments.service):
            return {"cost": row.cost, "details": row.details or None}
    return {}


TOOLS = (
    Tool(
        name="save_third_party",
        title="Create or change a third party",
        description=(
            "A provider, manufacturer, supplier or customer: created if the code is new, otherwise changed."
        ),
        rights=frozenset({"third_parties:view", "third_parties:add", "third_parties:edit"}),
        input=SaveThirdPartyInput,
        output=Saved,
        run=save_third_party,
        before=third_party_before,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
    Tool(
        name="set_third_party_service",
        title="Set a service and its cost",
        description="A service of a third party and its cost: created if it is new, otherwise changed.",
        rights=frozenset({"third_parties:view", "third_parties:add", "third_parties:edit"}),
        input=SetThirdPartyServiceInput,
        output=Saved,
        run=set_third_party_service,
        before=service_before,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
)
