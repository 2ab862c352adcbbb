"""A backup is restored: what was stopped since it was made is tried from outside, on both engines."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.clients.assistant import CALLBACK, Assistant
from tests.process.commands import manage
from tests.process.databases import copied, postgres
from tests.process.person import Person, forms_of
from tests.process.prepared import demo_postgres, demo_sqlite
from tests.process.server import Server, started

PLANNER, ADMIN = "planner@demo.example", "admin@demo.example"
NEW_PASSWORD = "a-new-password-after-it"


@contextmanager
def databases(engine: str, directory: Path) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a database with the demo plant and of an empty one."""
    if engine == "sqlite":
        copied(demo_sqlite(), directory / "first.sqlite3")
        yield f"sqlite:///{directory / 'first.sqlite3'}", f"sqlite:///{directory / 'second.sqlite3'}"
        return
    with postgres(demo_postgres()) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE second")
        yield url, url.removesuffix("postgres") + "second"


def consumers_of(server: Server) -> list[dict[str, Any]]:
    """Make an app for people, a program with two secrets, in one process."""
    made = server.manage(
        "shell", "-v0", "-c",
        "import json; from io import StringIO; from django.core.management import call_command\n"
        "def run(*words, **options):\n"
        "    out = StringIO(); call_command(*words, stdout=out, json=True, **options)\n"
        "    print(out.getvalue().strip())\n"
        "    return json.loads(out.getvalue())\n"
        f"run('create_consumer', company='demo', name='ChatGPT', callback=['{CALLBACK}'],"
        " grant='authorization-code', group='Administrators')\n"
        "program = run('create_consumer', company='demo', name='Sheet', grant='client-credentials',"
        " group='Planners')\n"
        "run('rotate_secret', program['key'])\n",
    )  # fmt: skip
    return [json.loads(line) for line in made.splitlines()]


def client_credentials(server: Server, program: dict[str, Any], secret: str = "") -> httpx.Response:
    form = {
        "grant_type": "client_credentials", "client_id": program["key"],
        "client_secret": secret or program["secret"], "resource": f"{server.url}/api",
    }  # fmt: skip
    return httpx.post(f"{server.url}/oauth/token", data=form, timeout=30)


def items(server: Server, access: str) -> int:
    headers = {"authorization": f"Bearer {access}"}
    return httpx.get(f"{server.url}/api/items?limit=1", headers=headers, timeout=30).status_code


def mailed_links(server: Server) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:\d+/accounts/password/reset/key/[^\s?]+/", server.log.read_text())


def ask_for_reset(server: Server, email: str) -> str:
    before = len(mailed_links(server))
    visitor = Person(email)
    page = visitor.browser.get(f"{server.url}/accounts/password/reset/")
    form = next(form for form in forms_of(page.text) if any(name == "email" for name, _ in [*form.fields]))
    visitor.submit(page, form, {**dict(form.fields), "email": email})
    links = mailed_links(server)
    assert len(links) == before + 1
    return links[-1]


def choose_password(link: str, email: str, password: str) -> bool:
    """Follow the link of a reset. Return whether a form for the new password was there."""
    visitor = Person(email)
    page = visitor.open(link)
    form = next((f for f in forms_of(page.text) if any(n == "password1" for n, _ in f.fields)), None)
    if form is None:
        return False
    visitor.submit(page, form, {**dict(form.fields), "password1": password, "password2": password})
    return True


def may_sign_in(server: Server, email: str, password: str) -> Person | None:
    person = Person(email, password)
    person.open(f"{server.url}/profile/")
    signed_in = person.browser.get(f"{server.url}/profile/").status_code == 200
    return person if signed_in else None


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_case_231_nothing_that_was_stopped_lives_again_after_a_restore(engine: str, tmp_path: Path) -> None:
    """ASVS 10.4.9 through a restore: ended, or an administrator confirms it by switching the company on."""
    copy, anchors = tmp_path / "backup", tmp_path / "anchors"
    with databases(engine, tmp_path) as (first, second):
        with started(tmp_path / "product", DATABASE_URL=first) as server:
            app, program, rotated = consumers_of(server)
            assistants = [Assistant(server, app).connect(Person(PLANNER)) for _ in range(2)]
            waiting = Assistant(server, app)
            planner = Person(PLANNER)
            sent_back_to = planner.decide(waiting.authorization_address())
            old_secret, new_secret = program["secret"], rotated["secret"]
            access = client_credentials(server, program).json()["access_token"]
            assert items(server, access) == 200
            link = ask_for_reset(server, PLANNER)

            said = server.manage("backup", str(copy))
            assert said.startswith(f"{copy}: ")
            assert stat.S_IMODE(copy.stat().st_mode) == 0o600

            planner.stop_everything(server.url)
            server.manage("rotate_secret", program["key"], "--remove", old_secret[-4:])
            assert choose_password(link, PLANNER, NEW_PASSWORD)
            assert may_sign_in(server, PLANNER, NEW_PASSWORD)
            anchors.write_text(server.manage("verify_audit"))
            settings = server.environment | {"DATABASE_URL": second}

        said = manage(settings, "restore", str(copy))
        assert "Every company is switched off" in said
        port = server.url.rpartition(":")[2]
        with started(tmp_path / "product", DATABASE_URL=second, PORT=port) as again:
            assert again.url == server.url
            # tokens, families, codes, sessions
            for assistant in assistants:
                assert assistant.post("tools/list").status_code == 401
                form = {"grant_type": "refresh_token", "refresh_token": assistant.tokens["refresh_token"]}
                assert assistant.token(**form).status_code == 400
            assert waiting.redeem(sent_back_to).status_code == 400
            assert items(again, access) == 401
            assert planner.browser.get(f"{again.url}/profile/").status_code == 302
            # secrets of programs: the old one is gone, the new one waits for an administrator
            assert client_credentials(again, program, old_secret).status_code == 401
            assert client_credentials(again, program, new_secret).status_code in {400, 401}
            # passwords and links
            assert not choose_password(link, PLANNER, "another-new-password")
            for password in ("demo-only-password", NEW_PASSWORD, "another-new-password"):
                assert may_sign_in(again, PLANNER, password) is None
            # the administrator proves the mailbox, looks, and switches on
            assert choose_password(ask_for_reset(again, ADMIN), ADMIN, NEW_PASSWORD)
            admin = may_sign_in(again, ADMIN, NEW_PASSWORD)
            assert admin is not None
            page = admin.open(f"{again.url}/settings/user-accounts/")
            for _ in range(2):  # the button, then the question
                forms = [form for form in forms_of(page.text) if ("confirmed", "1") in form.fields] or [
                    form for form in forms_of(page.text) if form.action.endswith("switch-on/")
                ]
                button = forms[0]
                page = admin.submit(page, button, dict(button.fields))
            assert not any(found.action.endswith("switch-on/") for found in forms_of(page.text))
            assert client_credentials(again, program, new_secret).status_code == 200
            assert client_credentials(again, program, old_secret).status_code == 401
            for assistant in assistants:
                assert assistant.post("tools/list").status_code == 401
            assert choose_password(ask_for_reset(again, PLANNER), PLANNER, NEW_PASSWORD)
            Assistant(again, app).connect(Person(PLANNER, NEW_PASSWORD))
            # the log explains itself, also against what was kept before the restore
            again.manage("verify_audit", "--anchors", str(anchors))


def test_a_damaged_or_foreign_file_changes_nothing(tmp_path: Path) -> None:
    copied(demo_sqlite(), tmp_path / "first.sqlite3")
    settings = {"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path), "PUBLIC_URL": "http://127.0.0.1"}
    first = settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'first.sqlite3'}"}
    manage(first, "backup", str(tmp_path / "copy"))
    with pytest.raises(RuntimeError, match="exists already"):
        manage(first, "backup", str(tmp_path / "copy"))
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text").write_text("no database")
    second = settings | {"DATABASE_URL": f"sqlite:///{tmp_path / 'second.sqlite3'}"}
    for name, why in (("cut", "is damaged"), ("text", "is not a backup"), ("none", "cannot be read")):
        with pytest.raises(RuntimeError, match=why):
            manage(second, "restore", str(tmp_path / name))
    with pytest.raises(RuntimeError, match="not empty"):
        manage(first, "restore", str(tmp_path / "copy"))
    manage(second, "restore", str(tmp_path / "copy"), "--keep-passwords")
    with closing(sqlite3.connect(tmp_path / "second.sqlite3")) as opened:
        kept = opened.execute("SELECT count(*) FROM accounts_user WHERE password LIKE 'argon2%'").fetchone()
    assert kept[0] > 0
