"""The tool of the set `catalogue_writes` that records a document of an asset, person or third party."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from mcp_gateway.calls.errors import NotPermitted
from mcp_gateway.calls.record_urls import RecordKind, record_url
from mcp_gateway.calls.tool import Call, Tool
from mcp_gateway.tools.kit.identifiers import GivenCode
from mcp_gateway.tools.kit.listing import Arguments, IdempotencyKey
from mcp_gateway.tools.kit.parameters import Short
from mcp_gateway.tools.kit.saving import Saved, body_of, changed_by, in_our_names
from mcp_gateway.upstream.resources import documents


class AddDocumentInput(Arguments):
    owner: Annotated[
        Literal["asset", "person", "third_party"], Field(description="Kind of record that it belongs to.")
    ]
    code: Annotated[GivenCode, Field(description="Code of the owner.")]
    name: Annotated[str, Field(min_length=1, max_length=200, description="Name of the document.")]
    description: Annotated[str | None, Field(min_length=1, max_length=1000, description="Description.")] = (
        None
    )
    group: Annotated[Short | None, Field(description="Such as procedures, certificates.")] = None
    version: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Version of the document.")
    ] = None
    valid_from: Annotated[dt.date | None, Field(description="Start of its validity.")] = None
    valid_until: Annotated[dt.date | None, Field(description="End of its validity.")] = None
    warranty: Annotated[bool | None, Field(description="True for a warranty.")] = None
    author: Annotated[Short | None, Field(description="Author.")] = None
    iso_code: Annotated[
        str | None, Field(min_length=1, max_length=40, description="Code in the quality system.")
    ] = None
    idempotency_key: IdempotencyKey | None = None

    @model_validator(mode="after")
    def dates_in_order(self) -> AddDocumentInput:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until must not be before valid_from")
        return self


DOCUMENT_WIRE = {
    "code": "code", "name": "name", "description": "description", "group": "group_description",
    "version": "version", "valid_from": "valid_from", "valid_until": "valid_until",
    "warranty": "warranty", "author": "author", "iso_code": "iso_code",
}  # fmt: skip


KINDS: dict[str, RecordKind] = {"asset": "assets", "person": "people", "third_party": "third-parties"}


RIGHTS = {"asset": "assets:edit", "person": "people:edit", "third_party": "third_parties:edit"}


async def add_document(call: Call, arguments: AddDocumentInput) -> Saved:
    upstream = call.upstream
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
        changed=changed_by(arguments, "code", "owner"),
        notes=["Only the data of the document was saved: upload its file in Fracttal One itself."],
        url=record_url(KINDS[arguments.owner], arguments.code),
    )


TOOLS = (
    Tool(
        name="add_document",
        title="Add a document",
        description="Records a document, warranty or certificate of an asset, a person or a third party.",
        rights=frozenset(),
        one_of=frozenset(RIGHTS.values()),  # checked in the function, by kind of owner
        input=AddDocumentInput,
        output=Saved,
        run=add_document,
        read_only=False,
        toolset="catalogue_writes",
        idempotent=False,
    ),
)
