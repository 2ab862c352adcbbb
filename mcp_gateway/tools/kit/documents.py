"""A document of an asset, a person or a third party as an answer shows it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated

from pydantic import BaseModel, Field

from mcp_gateway.tools.kit.text import UntrustedName, UntrustedText
from mcp_gateway.upstream import Upstream
from mcp_gateway.upstream.paging import all_rows
from mcp_gateway.upstream.resources.documents import DocumentRow, Owner, list_documents

MOST_PAGES = 5  # for one owner


class Document(BaseModel):
    name: UntrustedText
    description: UntrustedText | None = None
    group: UntrustedName | None = None
    version: UntrustedName | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    still_valid: bool | None = None
    warranty: Annotated[bool | None, Field(description="Whether it is a warranty.")] = None
    author: UntrustedName | None = None
    iso_code: UntrustedName | None = None


def document(row: DocumentRow) -> Document:
    return Document(
        name=row.name or row.description or "",
        description=row.description or None,
        group=row.groups_attached_description,
        version=row.version,
        valid_from=_day(row.valid_from),
        valid_until=_day(row.valid_through),
        still_valid=row.status,
        warranty=row.is_warranty,
        author=row.author,
        iso_code=row.code_iso,
    )


async def documents_of(upstream: Upstream, owner: Owner, code: str) -> list[Document]:
    fetch = partial(list_documents, upstream, owner, code=code)
    rows = await all_rows(fetch, upstream.gaps, "documents", most=MOST_PAGES)
    return [document(row) for row in rows]


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
