"""list_people and whoami."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import record_url
from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.documents import documents_of
from mcp_gateway.tools.kit.identifiers import Code
from mcp_gateway.tools.kit.listing import Arguments, ListAnswer, ListArguments, ending, listed, position_of
from mcp_gateway.tools.kit.positions import in_order
from mcp_gateway.tools.kit.text import UntrustedName
from mcp_gateway.tools.parties.person_records import Person, person, person_texts
from mcp_gateway.upstream.resources.personnel import PersonRow, person_of_account
from mcp_gateway.upstream.resources.personnel import list_people as read_people

MOST_WITH_DOCUMENTS = 10
Module = Literal[
    "assets", "meters", "work_orders", "work_requests", "tasks", "inventory", "people", "third_parties",
    "metrics", "transactions_log", "configuration",
]  # fmt: skip


class ListPeopleOutput(ListAnswer):
    people: list[Person]


class ListPeopleInput(ListArguments):
    text: Annotated[
        str | None,
        Field(min_length=2, max_length=120, description="Words in name, code, e-mail, department or role."),
    ] = None
    active: Annotated[bool | None, Field(description="Only active or only inactive people.")] = None
    documents: Annotated[
        bool, Field(description="Include the certificates and documents of each; for ten people at most.")
    ] = False
    with_account: Annotated[
        bool | None, Field(description="Only people who can, or who cannot, sign in.")
    ] = None


class WhoamiOutput(BaseModel):
    name: UntrustedName | None = None
    email: str | None = None
    acts_for: Annotated[str, Field(description="A person, or the company itself if a program connected.")]
    company: str
    permission_group: str | None = None
    rights: Annotated[list[str], Field(description="module:action, as they apply to this connection.")]
    own_work_orders_only: bool
    connected_app: str
    may_write: Annotated[bool, Field(description="Whether this connection may write.")]
    read_only: Annotated[bool, Field(description="Whether the URL of this connection forbids writing.")]
    tool_sets: list[str]
    language: str
    time_zone: str
    currency: Annotated[str | None, Field(description="Currency of costs and prices, ISO 4217.")] = None
    data_at: Annotated[str, Field(description="fracttal_one, or embedded in this installation.")]
    company_number_there: int | None = None
    account_there: Annotated[UntrustedName | None, Field(description="The account that it uses there.")] = (
        None
    )
    personnel_code: Annotated[Code | None, Field(description="Code of this person's own record.")] = None
    url: str | None = None


class WhoamiInput(Arguments):
    module: Annotated[Module | None, Field(description="Only the permissions of this module.")] = None


async def list_people(call: Call, arguments: ListPeopleInput) -> ListPeopleOutput:
    upstream = call.upstream
    fetch = partial(read_people, upstream)

    def keep(row: PersonRow) -> bool:
        return (
            (arguments.active is None or row.active == arguments.active)
            and (arguments.with_account is None or bool(row.account_active) == arguments.with_account)
            and (arguments.text is None or contains(arguments.text, *person_texts(row)))
        )

    filtered = any(value is not None for value in (arguments.active, arguments.with_account, arguments.text))
    found = await listed(
        fetch,
        person,
        position=position_of(call, "list_people", arguments),
        key=lambda row: in_order(row.first_name or row.full_name, row.last_name or "", row.code or ""),
        limit=min(arguments.limit, MOST_WITH_DOCUMENTS) if arguments.documents else arguments.limit,
        keep=keep if filtered else None,
    )
    if arguments.documents:
        for someone in found.records:
            if someone.code is not None:
                someone.documents = await documents_of(upstream, "person", someone.code)
    return ListPeopleOutput(people=found.records, **ending(call, "list_people", arguments, found, []))


async def whoami(call: Call, arguments: WhoamiInput) -> WhoamiOutput:
    caller, upstream = call.caller, call.upstream
    own = None
    if caller.user_id is not None:
        with suppress(NotPermitted):
            own = await person_of_account(upstream)
    account = await upstream.account()
    return WhoamiOutput(
        name=caller.user_name or None,
        email=caller.user_email or None,
        acts_for="person" if caller.user_id is not None else "company",
        company=caller.company_name,
        permission_group=caller.group_name or None,
        rights=sorted(
            right for right in caller.rights if arguments.module in (None, right.partition(":")[0])
        ),
        own_work_orders_only=caller.own_work_orders_only,
        connected_app=caller.consumer_name,
        may_write=caller.may_write,
        read_only=caller.read_only,
        tool_sets=sorted(caller.toolsets),
        language=caller.language,
        time_zone=caller.time_zone,
        currency=caller.currency or None,
        data_at="fracttal_one" if caller.remote else "embedded",
        company_number_there=caller.remote.company_id if caller.remote else None,
        account_there=(account.email or str(account.id or "") or None) if account.said else None,
        personnel_code=own.code if own else None,
        url=record_url("people", own.code) if own and own.code else None,
    )


TOOLS = (
    Tool(
        name="whoami",
        title="Who am I",
        description=(
            "Who this connection acts for: person, company, permission group, permissions, time "
            "zone. Call it before saying what the person may or may not do."
        ),
        rights=frozenset(),
        input=WhoamiInput,
        output=WhoamiOutput,
        run=whoami,
    ),
    Tool(
        name="list_people",
        title="List people",
        description="The people of the company: names, departments, roles, shifts, accounts.",
        rights=frozenset({"people:view"}),
        input=ListPeopleInput,
        output=ListPeopleOutput,
        run=list_people,
    ),
)
