"""Arguments that several kinds of records have, with the words that describe them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Short = Annotated[str, Field(min_length=1, max_length=120)]
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
Active = Annotated[bool, Field(description="False: out of use, kept for its history.")]
Manufacturer = Annotated[Short, Field(description="Manufacturer.")]
Model = Annotated[Short, Field(description="Model, as the manufacturer names it.")]
PartNumber = Annotated[Short, Field(description="Part number of the manufacturer.")]
FirstGroup = Annotated[Short, Field(description="The company's first classification.")]
SecondGroup = Annotated[Short, Field(description="The company's second classification.")]
Barcode = Annotated[str, Field(min_length=1, max_length=80, description="Barcode.")]
Notes = Annotated[str, Field(min_length=1, max_length=4000, description="Notes about it.")]
