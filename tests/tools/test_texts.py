"""Texts of people: nothing in them is opened, drawn or hidden."""

from __future__ import annotations

import time

import pytest

from mcp_gateway.tools.text import clean


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://evil.example/a?b=c", "see evil.example/a?b=c"),
        ("HTTPS://EVIL.example", "EVIL.example"),
        ("![x](https://evil.example/?q=1)", "x (evil.example/?q=1)"),
        ("![](https://evil.example/p.png)", "evil.example/p.png"),
        ("[manual](https://evil.example 'title')", "manual (evil.example)"),
        ("[a](<https://evil.example>)", "a (evil.example)"),
        ("[a](javascript:alert)", "a (javascript:alert)"),
        ("<img src=//evil.example/x>", "<img src=evil.example/x>"),
        ("<img src='https://evil.example/x'>", "<img src='evil.example/x'>"),
        ("www.evil.example", "evil.example"),
        ("[1]: https://evil.example", "[1]: evil.example"),
        ("ftp://evil.example smb://host/share", "evil.example host/share"),
        ("http://localhost:8000/records/assets/P-101", "http://localhost:8000/records/assets/P-101"),
        ("http://localhost:8000.evil.example/x", "localhost:8000.evil.example/x"),
        ("http://localhost:8000@evil.example/x", "localhost:8000@evil.example/x"),
        ("L1/TRA-01 // Planta/ Línea 1/ ", "L1/TRA-01 // Planta/ Línea 1/"),
        ('1/2" tubo [roto] (urgente)', '1/2" tubo [roto] (urgente)'),
        ("Bomba centrífuga { P-101 }", "Bomba centrífuga { P-101 }"),
    ],
)
def test_links_to_foreign_hosts_are_plain(written: str, shown: str) -> None:
    assert clean(written, 200) == shown


@pytest.mark.parametrize(
    "planted", ["[" * 30_000, "[a](" * 10_000, "//" * 15_000, "http://" * 5_000, "!" * 30_000]
)
def test_long_nonsense_costs_little(planted: str) -> None:
    begun = time.process_time()
    clean(planted, 30_000)
    assert time.process_time() - begun < 2
