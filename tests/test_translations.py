"""Every text that people see exists in Spanish and Brazilian Portuguese, with all placeholders."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polib
import pytest
from django.test import Client

from tests.process.requirements import need

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ["es", "pt_BR"]
PLACES = re.compile(r"%%|%\(\w+\)[-+ #0-9.]*[a-zA-Z]|%[sd]|\{\w*\}|</?\w[^>]*>")

every_locale = pytest.mark.parametrize("locale", LOCALES)


def catalogue(locale: str, root: Path = ROOT) -> Any:
    return polib.pofile(str(root / "locale" / locale / "LC_MESSAGES" / "django.po"))


def key(entry: Any) -> tuple[str, str, str]:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def forms(entry: Any) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def texts(entries: Any) -> dict[tuple[str, str, str], list[str]]:
    return {key(entry): forms(entry) for entry in entries if not entry.obsolete}


@every_locale
def test_every_text_is_translated_and_none_is_left_over(locale: str) -> None:
    entries = catalogue(locale)
    count = int(entries.metadata["Plural-Forms"].split("nplurals=")[1][0])
    missing = [
        entry.msgid
        for entry in entries
        if not all(form.strip() for form in forms(entry))
        or (entry.msgid_plural and len(forms(entry)) != count)
    ]
    assert len(entries) > 0
    assert missing == []
    assert [entry.msgid for entry in entries if entry.fuzzy] == []
    assert [entry.msgid for entry in entries.obsolete_entries()] == []
    assert not entries.metadata_is_fuzzy


@every_locale
def test_places_and_tags_are_those_of_the_source(locale: str) -> None:
    changed = [
        (entry.msgid, form)
        for entry in catalogue(locale)
        for form in forms(entry)
        if sorted(PLACES.findall(form)) != sorted(PLACES.findall(entry.msgid))
    ]
    assert changed == []


@every_locale
def test_edges_are_those_of_the_source(locale: str) -> None:
    """Colon, ellipsis, full stop, question mark and line ends: what follows a text is glued to it."""

    def edges(text: str) -> tuple[bool, bool, str]:
        end = text[-1:] if text[-1:] in ".:…?\n" else ""
        return text.startswith("\n"), text != text.strip(), end

    differing = [
        (entry.msgid, form)
        for entry in catalogue(locale)
        for form in forms(entry)
        if edges(form) != edges(entry.msgid)
    ]
    assert differing == []


@every_locale
def test_the_compiled_catalogue_is_that_of_the_source(locale: str) -> None:
    entries = catalogue(locale)
    compiled = polib.mofile(str(ROOT / "locale" / locale / "LC_MESSAGES" / "django.mo"))
    assert texts(compiled) == texts(entries)
    assert compiled.metadata["Plural-Forms"] == entries.metadata["Plural-Forms"]


def test_both_catalogues_hold_exactly_the_texts_of_the_sources(tmp_path: Path) -> None:
    need("gettext (xgettext)", shutil.which("xgettext"))
    copy = tmp_path / "project"
    copy.mkdir()
    apps = [path.parent.name for path in ROOT.glob("*/apps.py")]
    for app in (*apps, "templates"):
        shutil.copytree(ROOT / app, copy / app, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", copy)
    (copy / "locale").mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "--no-location",
            *(f"--locale={locale}" for locale in LOCALES),
        ],
        cwd=copy,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path / "var"), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    for locale in LOCALES:
        assert texts(catalogue(locale)).keys() == texts(catalogue(locale, copy)).keys(), "run: make messages"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "word", "others"),
    [
        ("en", "Forgot password?", ["¿Olvidó su contraseña?", "Esqueceu a senha?"]),
        ("es", "¿Olvidó su contraseña?", ["Forgot password?", "Esqueceu a senha?"]),
        ("pt-br", "Esqueceu a senha?", ["Forgot password?", "¿Olvidó su contraseña?"]),
    ],
)
def test_the_sign_in_page_speaks_the_language_of_the_browser(
    language: str, word: str, others: list[str]
) -> None:
    page = Client().get("/accounts/login/", headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}"' in page
    assert word in page
    assert not [other for other in others if other in page]
