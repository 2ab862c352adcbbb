"""What a query names before a number, a code or words, in three languages."""

from __future__ import annotations

import pytest

from mcp_gateway.tools.kit.kind_words import named


@pytest.mark.parametrize(
    ("query", "kind", "rest", "is_code"),
    [
        ("solicitud 359", "work_request", "359", True),
        ("Solicitação nº 359", "work_request", "359", True),
        ("request #359", "work_request", "359", True),
        ("work request no. 359", "work_request", "359", True),
        ("Solicitud de trabajo: n.º 359", "work_request", "359", True),
        ("chamado 359", "work_request", "359", True),
        ("OS 1496", "work_order", "1496", True),
        ("ordem 12", "work_order", "12", True),
        ("ordem de serviço número 12", "work_order", "12", True),
        ("orden de trabajo OT-0012", "work_order", "OT-0012", True),
        ("order 1496", "work_order", "1496", True),
        ("medidor MTC-02", "meter", "MTC-02", True),
        ("horómetro con código MTC-02", "meter", "MTC-02", True),
        ("repuesto REP-0501-A", "spare_part", "REP-0501-A", True),
        ("peça de reposição REP-0501-A", "spare_part", "REP-0501-A", True),
        ("repuesto rodamiento 6205", "spare_part", "rodamiento 6205", False),
        ("técnico Ana Gómez", "person", "Ana Gómez", False),
        ("ubicación LÍNEA 1", "location", "LÍNEA 1", False),
        ("solicitud fuga de aire", "work_request", "fuga de aire", False),
    ],
)
def test_a_kind_is_named(query: str, kind: str, rest: str, is_code: bool) -> None:
    found = named(query)
    assert found is not None
    assert (found.kind, found.rest, found.is_code) == (kind, rest, is_code)


@pytest.mark.parametrize(
    "query", ["solicitud", "OT-1496", "P-101", "bomba 3", "número 12", "12", "mi solicitud 359"]
)
def test_no_kind_is_named(query: str) -> None:
    assert named(query) is None
