"""list_third_parties: providers, manufacturers, suppliers and customers."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.documents import documents_of
from mcp_gateway.tools.kit.identifiers import GivenCode
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, ending, listed, position_of
from mcp_gateway.tools.kit.positions import in_order
from mcp_gateway.tools.parties.third_party_records import (
    PARTY_TYPE,
    Contact,
    PartyType,
    Service,
    ThirdParty,
    no_such_third_party,
    third_party,
)
from mcp_gateway.upstream.resources.third_parties import (
    ContactRow,
    ServiceRow,
    ThirdPartyRow,
    contacts_of,
    services_of,
)
from mcp_gateway.upstream.resources.third_parties import (
    list_third_parties as read_third_parties,
)

MOST_WITH_MORE = 5  # parties whose services, contacts and documents are read for one answer


class ListThirdPartiesOutput(ListAnswer):
    third_parties: list[ThirdParty]


class ListThirdPartiesInput(ListArguments):
    code: Annotated[GivenCode | None, Field(description="Exact code of one third party.")] = None
    type: Annotated[PartyType | None, Field(description="Only third parties of this type.")] = None
    text: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Words in code, name, city or class.")
    ] = None
    active: Annotated[bool | None, Field(description="Only active or only inactive ones.")] = None
    include: Annotated[
        list[Literal["services", "contacts", "documents"]] | None,
        Field(min_length=1, max_length=3, description="Also read these, for the first 5 in the answer."),
    ] = None


def service(row: ServiceRow) -> Service:
    return Service(
        id=row.id, name=row.name, cost=row.cost, unit=row.units_description, details=row.details or None
    )


def contact(row: ContactRow) -> Contact:
    return Contact(
        name=row.contact_name,
        email=row.contact_email,
        telephone=row.telephone,
        mobile=row.movil,
        role=row.role,
        branch=row.branch_name,
    )


async def list_third_parties(call: Call, arguments: ListThirdPartiesInput) -> ListThirdPartiesOutput:
    upstream = call.upstream
    fetch = Filtered(upstream, partial(read_third_parties, upstream), {"code": arguments.code})

    def keep(row: ThirdPartyRow) -> bool:
        return (
            (arguments.active is None or row.active == arguments.active)
            and (arguments.type is None or arguments.type in [PARTY_TYPE.get(kind) for kind in row.types])
            and (
                arguments.text is None
                or contains(
                    arguments.text, row.code, row.name, row.city, row.groups_1_desc, row.groups_2_desc
                )
            )
        )

    filtered = any(value is not None for value in (arguments.active, arguments.type, arguments.text))
    found = await listed(
        fetch,
        third_party,
        position=position_of(call, "list_third_parties", arguments),
        key=lambda row: in_order(row.name or "", row.code),
        limit=arguments.limit,
        keep=keep if filtered else None,
    )
    is_whole = not filtered and arguments.cursor is None
    if arguments.code is not None and not found.records and is_whole:
        raise await no_such_third_party(upstream, arguments.code)
    notes = []
    wanted = frozenset(arguments.include or ())
    for party in found.records[:MOST_WITH_MORE] if wanted else ():
        if "services" in wanted:
            party.services = [service(row) for row in await services_of(upstream, party.code)]
        if "contacts" in wanted:
            party.contacts = [contact(row) for row in await contacts_of(upstream, party.code)]
        if "documents" in wanted:
            party.documents = await documents_of(upstream, "third_party", party.code)
    if wanted and len(found.records) > MOST_WITH_MORE:
        notes.append(f"More was read for the first {MOST_WITH_MORE} only: ask by code for others.")
    return ListThirdPartiesOutput(
        third_parties=found.records, **ending(call, "list_third_parties", arguments, found, notes)
    )


TOOLS = (
    Tool(
        name="list_third_parties",
        title="List third parties",
        description=(
            "Service providers, manufacturers, suppliers and customers, with their services and "
            "prices, contacts and documents if asked for."
        ),
        rights=frozenset({"third_parties:view"}),
        input=ListThirdPartiesInput,
        output=ListThirdPartiesOutput,
        run=list_third_parties,
    ),
)
