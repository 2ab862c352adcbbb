"""list_documents: documents and warranties of all assets, people and third parties, by when they expire."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import RecordKind, record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.datetimes import zone_of
from mcp_gateway.tools.kit.documents import Document, document
from mcp_gateway.tools.kit.identifiers import Code, GivenCode
from mcp_gateway.tools.kit.listing import Arguments
from mcp_gateway.tools.kit.text import UntrustedText
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.documents import DocumentRow, Owner
from mcp_gateway.upstream.resources.documents import list_documents as read_documents

MOST_PAGES = 20  # of each kind of owner
RIGHTS: dict[Owner, str] = {
    "asset": "assets:view", "person": "people:view", "third_party": "third_parties:view",
}  # fmt: skip
PAGES: dict[Owner, RecordKind] = {"asset": "assets", "person": "people", "third_party": "third-parties"}


class OwnedDocument(Document):
    owner: Owner
    owner_code: Code | None = None
    owner_name: UntrustedText | None = None
    days_left: Annotated[
        int | None, Field(description="Days until valid_until; negative if it has expired.")
    ] = None
    url: str | None = None


class ListDocumentsOutput(BaseModel):
    total: Annotated[int, Field(ge=0, description="Number of matching documents, shown or not.")]
    left_out: Annotated[int, Field(ge=0)] = 0
    owners: Annotated[list[Owner], Field(description="Kinds of owner that were examined.")]
    documents: list[OwnedDocument]
    partial: Annotated[bool, Field(description="True if not all records were examined.")] = False
    notes: list[str] = []


class ListDocumentsInput(Arguments):
    owner: Annotated[Owner | None, Field(description="Kind of owner; default all.")] = None
    code: Annotated[GivenCode | None, Field(description="Code of the owner.")] = None
    expires_within: Annotated[
        int | None,
        Field(ge=0, le=3650, description="Days from today until it expires; has expired ones too."),
    ] = None
    expired: Annotated[bool | None, Field(description="True: only expired ones; false: without them.")] = None
    warranty: Annotated[bool | None, Field(description="Only warranties, or only others.")] = None
    limit: Annotated[int, Field(ge=1, le=300, description="Maximum number of documents shown.")] = 100


async def list_documents(call: Call, arguments: ListDocumentsInput) -> ListDocumentsOutput:
    wanted = [arguments.owner] if arguments.owner else list(RIGHTS)
    allowed = [owner for owner in wanted if RIGHTS[owner] in call.caller.rights]
    if not allowed:
        raise NotPermitted(
            "This person may not see these documents.", missing_rights=[RIGHTS[owner] for owner in wanted]
        )
    today = dt.datetime.now(dt.UTC).astimezone(zone_of(call.caller)).date()
    found: list[OwnedDocument] = []
    seen: list[Owner] = []
    refused: list[Owner] = [owner for owner in wanted if owner not in allowed]
    upstream = call.upstream
    for owner in allowed:
        fetch = partial(read_documents, upstream, owner, code=arguments.code)
        try:
            rows = await all_rows(fetch, upstream.gaps, f"documents ({owner})", most=MOST_PAGES)
        except NotPermitted:
            if arguments.owner:
                raise
            refused.append(owner)
            continue
        seen.append(owner)
        each = [_owned(owner, row, today) for row in rows]
        found += [record for record in each if _fits(arguments, record)]
    found.sort(key=lambda record: (record.valid_until or dt.date.max, record.owner, record.owner_code or ""))
    notes = [f"Documents of {owner} records are not seen by this person." for owner in refused]
    left_out = max(0, len(found) - arguments.limit)
    if left_out:
        notes.append(f"{left_out} more match and are not shown: narrow the query or raise limit.")
    return ListDocumentsOutput(
        total=len(found),
        left_out=left_out,
        owners=seen,
        documents=found[: arguments.limit],
        partial=bool(refused),
        notes=notes,
    )


def _owned(owner: Owner, row: DocumentRow, today: dt.date) -> OwnedDocument:
    shown = document(row)
    code = row.owner_code
    return OwnedDocument(
        **dict(shown),
        owner=owner,
        owner_code=code,
        owner_name=row.owner_name,
        days_left=(shown.valid_until - today).days if shown.valid_until else None,
        url=record_url(PAGES[owner], code) if code else None,
    )


def _fits(arguments: ListDocumentsInput, record: OwnedDocument) -> bool:
    left, within = record.days_left, arguments.expires_within
    has_expired = left is not None and left < 0
    return (
        (within is None or (left is not None and left <= within))
        and (arguments.expired is None or has_expired == arguments.expired)
        and (arguments.warranty is None or bool(record.warranty) == arguments.warranty)
    )


TOOLS = (
    Tool(
        name="list_documents",
        title="List documents",
        description=(
            "Documents, certificates and warranties of assets, people and third parties, what expires "
            "soonest first. Without code: of all of them."
        ),
        rights=frozenset(),
        one_of=frozenset(RIGHTS.values()),  # checked in the function, by kind of owner
        input=ListDocumentsInput,
        output=ListDocumentsOutput,
        run=list_documents,
        toolset="planning",
    ),
)
