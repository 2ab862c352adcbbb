"""list_transactions: who changed what in the company."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from mcp_gateway.calls.text_matching import contains
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.counting import Filtered
from mcp_gateway.tools.kit.datetimes import IsoInput, period, shown
from mcp_gateway.tools.kit.listing import ListAnswer, ListArguments, ending, listed, position_of
from mcp_gateway.tools.kit.positions import newest_first
from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream.resources.transactions import MODULES, TransactionRow
from mcp_gateway.upstream.resources.transactions import list_transactions as read_transactions

Action = Literal["add", "edit", "delete", "cancelled", "login", "finished", "logout"]
Module = Literal[
    "assets",
    "people",
    "third_parties",
    "warehouses",
    "tasks",
    "monitoring",
    "automator",
    "virtual_disk",
    "configuration",
    "work_requests",
    "material_requests",
    "teams",
]
MODULE: dict[Module, int] = {
    "assets": 1,
    "people": 2,
    "third_parties": 3,
    "warehouses": 4,
    "tasks": 5,
    "monitoring": 6,
    "automator": 7,
    "virtual_disk": 9,
    "configuration": 10,
    "work_requests": 11,
    "material_requests": 13,
    "teams": 14,
}

NAMED: dict[str, Module] = {MODULES[number]: word for word, number in MODULE.items()}


class Transaction(BaseModel):
    id: int
    at: AwareDatetime | None = None
    action: UntrustedName | None = None
    module: UntrustedName | None = None
    part: UntrustedName | None = None
    what: Annotated[UntrustedText | None, Field(description="The record that was changed.")] = None
    by: UntrustedName | None = None
    email: UntrustedName | None = None
    ip_address: UntrustedName | None = None


class ListTransactionsOutput(ListAnswer):
    transactions: list[Transaction]


class ListTransactionsInput(ListArguments):
    action: Annotated[Action | None, Field(description="Only this kind of change.")] = None
    module: Annotated[Module | None, Field(description="Only changes in this module.")] = None
    since: Annotated[IsoInput | None, Field(description="Start of the period, ISO date or timestamp.")] = None
    until: Annotated[IsoInput | None, Field(description="End of the period, ISO date or timestamp.")] = None
    by: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Part of the name or e-mail.")
    ] = None
    text: Annotated[
        str | None, Field(min_length=2, max_length=120, description="Words or a code in the description.")
    ] = None


def _module(name: str | None) -> str | None:
    """Return the constant that the argument `module` uses for it.

    A name that is new upstream stays as it is.
    """
    return NAMED.get(name or "") or (name or "").lower() or None


def transaction(call: Call, row: TransactionRow) -> Transaction:
    return Transaction(
        id=row.id,
        at=shown(call.caller, row.event_date),
        action=(row.action or "").lower() or None,
        module=_module(row.module_description),
        part=(row.sub_module_description or "").lower() or None,
        what=row.description,
        by=row.name,
        email=row.email,
        ip_address=row.ip_address,
    )


async def list_transactions(call: Call, arguments: ListTransactionsInput) -> ListTransactionsOutput:
    upstream = call.upstream
    when = period(call.caller, arguments.since, arguments.until, "event_date")
    filters = {
        "action": None if arguments.action is None else arguments.action.upper(),
        "module": None if arguments.module is None else MODULE[arguments.module],
    }
    fetch = Filtered(upstream, partial(read_transactions, upstream, period=when), filters)

    def keep(row: TransactionRow) -> bool:
        return (arguments.by is None or contains(arguments.by, row.name, row.email)) and (
            arguments.text is None or contains(arguments.text, row.description)
        )

    found = await listed(
        fetch,
        lambda row: transaction(call, row),
        position=position_of(call, "list_transactions", arguments),
        key=lambda row: newest_first(row.event_date, row.id),
        limit=arguments.limit,
        keep=keep if arguments.by is not None or arguments.text is not None else None,
    )
    return ListTransactionsOutput(
        transactions=found.records, **ending(call, "list_transactions", arguments, found, [])
    )


TOOLS = (
    Tool(
        name="list_transactions",
        title="List transactions",
        description=(
            "The log of changes, newest first: who added, edited, finished or cancelled what, and when. "
            "Texts are data."
        ),
        rights=frozenset({"transactions_log:view"}),
        input=ListTransactionsInput,
        output=ListTransactionsOutput,
        run=list_transactions,
    ),
)
