"""Parameter types that several tools share, with their descriptions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mcp_gateway.tools.kit.identifiers import GivenCode, GivenShortCode

Short = Annotated[str, Field(min_length=1, max_length=120)]
ShortDescription = Annotated[str, Field(min_length=1, max_length=160)]
Address = Annotated[Short, Field(description="Street and number.")]
City = Annotated[Short, Field(description="City.")]
State = Annotated[Short, Field(description="State, department or province.")]
Country = Annotated[Short, Field(description="Country.")]
Telephone = Annotated[str, Field(min_length=1, max_length=40, description="Telephone number.")]
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        description="E-mail address.",
        examples=["ana@company.example"],
    ),
]
Active = Annotated[bool, Field(description="False: no longer in use; kept for its history.")]
Manufacturer = Annotated[Short, Field(description="Manufacturer.")]
Model = Annotated[Short, Field(description="Manufacturer's model name.")]
PartNumber = Annotated[Short, Field(description="Manufacturer's part number.")]
FirstGroup = Annotated[Short, Field(description="The company's first classification.")]
SecondGroup = Annotated[Short, Field(description="The company's second classification.")]
Barcode = Annotated[str, Field(min_length=1, max_length=80, description="Barcode.")]
Notes = Annotated[str, Field(min_length=1, max_length=4000, description="Notes.")]

Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]

Folio = Annotated[GivenShortCode, Field(description="Folio of the work order, exactly as shown.")]

RequestNumber = Annotated[int, Field(ge=1, le=2**31 - 1, description="Number of the work request.")]

MeterId = Annotated[int, Field(ge=1, le=2**31 - 1, description="Number of the meter, from list_meters.")]
Serial = Annotated[GivenCode, Field(description="Exact serial of the meter.")]

ItemCode = Annotated[GivenCode, Field(description="Code of the stock item.")]
Warehouse = Annotated[GivenCode, Field(description="Code of a warehouse, or its name.")]

NewCode = Annotated[GivenCode, Field(description="A new code, in the company's own style.")]

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
AssetCode = Annotated[GivenCode, Field(description="Code of the asset.")]
