"""The set `catalogue_writes`, second half: people, third parties and documents."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mcp_gateway.errors import InvalidArguments, NotFound, NotPermitted
from mcp_gateway.registry import Call, Tool
from mcp_gateway.tools.identifiers import GivenCode, GivenShortCode
from mcp_gateway.tools.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.record_fields import (
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
from mcp_gateway.tools.saving import Saved, body_of, in_our_names
from mcp_gateway.tools.text import fold
from mcp_gateway.tools.third_parties import PARTY_TYPE, PartyType, no_such_third_party
from mcp_gateway.tools.words import number_of
from mcp_gateway.upstream import Upstream, documents, personnel, third_parties
from mcp_gateway.upstream.personnel import find_person
from mcp_gateway.upstream.third_parties import find_third_party, services_of

Code = GivenShortCode
LongCode = GivenCode


class PersonFields(Arguments):
    last_name: Annotated[str | None, Field(min_length=1, max_length=80, description="Last name.")] = None
    email: Email | None = None
    active: Active | None = None
    location: Annotated[
        LongCode | None, Field(description="Code of the location where the person works.")
    ] = None
    department: Annotated[Short | None, Field(description="Department of the company.")] = None
    role: Annotated[Short | None, Field(description="Role or trade.")] = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    country: Country | None = None
    telephone: Telephone | None = None
    hourly_rate: Annotated[Short | None, Field(description="Name of a rate of the company's list.")] = None
    idempotency_key: IdempotencyKey | None = None


class NewPerson(PersonFields):
    first_name: Annotated[str, Field(min_length=1, max_length=80, description="First name.")]
    code: Annotated[
        Code | None, Field(description="Without a code the person can neither ask for work nor do it here.")
    ] = None


class PersonChange(PersonFields):
    code: Annotated[Code, Field(description="Code of the person, from list_people.")]
    first_name: Annotated[str | None, Field(min_length=1, max_length=80, description="First name.")] = None


class ThirdPartyFields(Arguments):
    code: Annotated[Code, Field(description="Its code: a known one changes that third party.")]
    name: Annotated[Short | None, Field(description="Needed for a new one.")] = None
    types: Annotated[
        list[PartyType] | None,
        Field(min_length=1, max_length=4, description="What it is to the company; all of them."),
    ] = None
    email: Email | None = None
    active: Active | None = None
    location: Annotated[LongCode | None, Field(description="Code of a location.")] = None
    classification_1: FirstGroup | None = None
    classification_2: SecondGroup | None = None
    address: Address | None = None
    city: City | None = None
    state: State | None = None
    country: Country | None = None
    telephone: Telephone | None = None
    web_page: Annotated[
        str | None, Field(min_length=1, max_length=200, description="Address of its web page.")
    ] = None
    idempotency_key: IdempotencyKey | None = None


class ServiceFields(Arguments):
    third_party: Annotated[Code, Field(description="Code of the third party.")]
    service: Annotated[str, Field(min_length=1, max_length=160, description="What it does.")]
    cost: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False, description="Company's currency.")]
    details: Annotated[
        str | None, Field(min_length=1, max_length=1000, description="More about the service.")
    ] = None
    unit_code: Annotated[
        str | None,
        Field(min_length=1, max_length=16, description="With unit: needed for a service nobody offers yet."),
    ] = None
    unit: Annotated[str | None, Field(min_length=1, max_length=40, description="Such as hour, visit.")] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def unit_whole(self) -> ServiceFields:
        if (self.unit is None) != (self.unit_code is None):
            raise ValueError("unit and unit_code go together")
        return self


class NewDocument(Arguments):
    owner: Annotated[
        Literal["asset", "person", "third_party"], Field(description="What kind of record it belongs to.")
    ]
    code: Annotated[LongCode, Field(description="Code of the owner.")]
    name: Annotated[str, Field(min_length=1, max_length=200, description="Name of the document.")]
    description: Annotated[str | None, Field(min_length=1, max_length=1000, description="What is in it.")] = (
        None
    )
    group: Annotated[Short | None, Field(description="Such as procedures, certificates.")] = None
    version: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Version of the document.")
    ] = None
    valid_from: Annotated[dt.date | None, Field(description="From when it holds.")] = None
    valid_until: Annotated[dt.date | None, Field(description="Until when it holds.")] = None
    warranty: Annotated[bool | None, Field(description="True for a warranty.")] = None
    author: Annotated[Short | None, Field(description="Who wrote it.")] = None
    iso_code: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Its code in the quality system.")
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def dates_in_order(self) -> NewDocument:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until must not be before valid_from")
        return self


PERSON_WIRE = {
    "first_name": "first_name", "last_name": "last_name", "code": "code", "email": "email",
    "active": "active", "location": "code_asset_location", "department": "group_1", "role": "group_2",
    "address": "address", "city": "city", "state": "state", "country": "country",
    "telephone": "telephone_1", "hourly_rate": "description_hourly_rate",
}  # fmt: skip
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
DOCUMENT_WIRE = {
    "code": "code", "name": "name", "description": "description", "group": "group_description",
    "version": "version", "valid_from": "valid_from", "valid_until": "valid_until",
    "warranty": "warranty", "author": "author", "iso_code": "iso_code",
}  # fmt: skip


def _changed(arguments: Arguments) -> list[str]:
    return sorted(arguments.model_fields_set - {"idempotency_key", "code", "owner", "third_party"})


async def create_person(call: Call, arguments: NewPerson) -> Saved:
    upstream: Upstream = call.upstream
    with in_our_names(PERSON_WIRE):
        await personnel.create_person(upstream, body_of(arguments, PERSON_WIRE))
    return Saved(
        done="created",
        code=arguments.code,
        name=f"{arguments.first_name} {arguments.last_name or ''}".strip(),
        changed=_changed(arguments),
        notes=[] if arguments.code else ["Without a code the person cannot be made responsible for work."],
        url=upstream.link("people", arguments.code) if arguments.code else None,
    )


async def update_person(call: Call, arguments: PersonChange) -> Saved:
    upstream: Upstream = call.upstream
    changed = _changed(arguments)
    if not changed:
        raise InvalidArguments(
            "Say what is to change.", fields=[{"field": "last_name", "problem": "or any other"}]
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
        url=upstream.link("people", arguments.code),
    )


async def save_third_party(call: Call, arguments: ThirdPartyFields) -> Saved:
    upstream: Upstream = call.upstream
    known = await find_third_party(upstream, arguments.code)
    changed = _changed(arguments)
    body = body_of(arguments, THIRD_PARTY_WIRE)
    if arguments.types is not None:
        body["id_third_party_type"] = [number_of(PARTY_TYPE, kind) for kind in arguments.types]
    if known is None:
        no_such = await no_such_third_party(upstream, arguments.code)
        if no_such.details["candidates"]:  # a second one that only looks different would never be told apart
            raise no_such
    if known is None and arguments.name is None:
        raise InvalidArguments(
            "There is no third party with that code yet, and a new one needs a name.",
            fields=[{"field": "name", "problem": "is needed for a new third party"}],
        )
    if not changed:
        raise InvalidArguments(
            "Say what is to change.", fields=[{"field": "name", "problem": "or any other"}]
        )
    with in_our_names(THIRD_PARTY_WIRE):
        if known is None:
            await third_parties.create_third_party(upstream, body)
        else:
            body.pop("code")
            # The reference page asks for the name even where it stays.
            await third_parties.update_third_party(upstream, known.code, {"name": known.name, **body})
    return Saved(
        done="created" if known is None else "updated",
        code=arguments.code,
        name=arguments.name or (known.name if known else None),
        changed=changed,
        url=upstream.link("third-parties", arguments.code),
    )


async def set_service(call: Call, arguments: ServiceFields) -> Saved:
    upstream: Upstream = call.upstream
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
        changed=_changed(arguments),
        url=upstream.link("third-parties", party.code),
    )


KINDS = {"asset": "assets", "person": "people", "third_party": "third-parties"}


RIGHTS = {"asset": "assets:edit", "person": "people:edit", "third_party": "third_parties:edit"}


async def add_document(call: Call, arguments: NewDocument) -> Saved:
    upstream: Upstream = call.upstream
    right = RIGHTS[arguments.owner]
    if right not in call.caller.rights:
        raise NotPermitted("This person may not change that in Fracttal One.", missing_rights=[right])
    with in_our_names(DOCUMENT_WIRE):
        number = await documents.add_document(upstream, arguments.owner, body_of(arguments, DOCUMENT_WIRE))
    return Saved(
        done="created",
        id=number,
        code=arguments.code,
        name=arguments.name,
        changed=_changed(arguments),
        notes=["Only what is known of the document was written: files are added in Fracttal One itself."],
        url=upstream.link(KINDS[arguments.owner], arguments.code),
    )


TOOLS = (
    Tool(
        name="create_person",
        title="Create a person",
        description="A new human resource. It makes no account: accounts are made in Fracttal One.",
        rights=frozenset({"people:add"}),
        input=NewPerson,
        output=Saved,
        run=create_person,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
    Tool(
        name="update_person",
        title="Change a person",
        description="Changes what is given of a human resource and leaves the rest.",
        rights=frozenset({"people:view", "people:edit"}),
        input=PersonChange,
        output=Saved,
        run=update_person,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
    Tool(
        name="save_third_party",
        title="Create or change a third party",
        description="A provider, manufacturer, supplier or customer: made if its code is new, else changed.",
        rights=frozenset({"third_parties:view", "third_parties:add", "third_parties:edit"}),
        input=ThirdPartyFields,
        output=Saved,
        run=save_third_party,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
    Tool(
        name="set_third_party_service",
        title="Set a service and its cost",
        description="What a third party does and for how much: made where it is new, else changed.",
        rights=frozenset({"third_parties:view", "third_parties:add", "third_parties:edit"}),
        input=ServiceFields,
        output=Saved,
        run=set_service,
        read_only=False,
        toolset="catalogue_writes",
        destructive=True,
    ),
    Tool(
        name="add_document",
        title="Add a document",
        description="Writes down a document, warranty or certificate of an asset, a person or a third party.",
        rights=frozenset(),
        one_of=frozenset(RIGHTS.values()),  # that of the owner, in the function
        input=NewDocument,
        output=Saved,
        run=add_document,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
)
