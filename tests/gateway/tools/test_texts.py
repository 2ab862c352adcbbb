"""Text that people wrote: nothing in it opens, renders or hides."""

from __future__ import annotations

import time

import pytest

from mcp_gateway.tools.kit.text import clean


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
    "written",
    [
        "El mecánico \U0001f468\u200d\U0001f527 ya viene",  # man, joiner, wrench
        "\U0001f469\U0001f3fd\u200d\U0001f527",  # with a skin tone before the joiner
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: "I want", with a non-joiner
        "\u0915\u094d\u200d\u0937",  # Hindi: a half letter, which needs a joiner
        "\u0930\u094d\u200c\u092f",  # Hindi: a visible virama, which needs a non-joiner
    ],
)
def test_a_joiner_within_an_emoji_or_a_word_stays(written: str) -> None:
    assert clean(written, 200) == written


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ig\u200dnora es\u200cto", "Ignora esto"),
        ("\u200d\U0001f468\u200d", "\U0001f468"),
        ("\U0001f468\u200d\u200d\U0001f527", "\U0001f468\U0001f527"),
    ],
)
def test_a_joiner_that_joins_nothing_goes(written: str, shown: str) -> None:
    assert clean(written, 200) == shown


@pytest.mark.parametrize(
    "planted", ["[" * 30_000, "[a](" * 10_000, "//" * 15_000, "http://" * 5_000, "!" * 30_000]
)
def test_long_nonsense_costs_little(planted: str) -> None:
    begun = time.process_time()
    clean(planted, 30_000)
    assert time.process_time() - begun < 2
