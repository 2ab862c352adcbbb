"""A secret is replaced on the screen of a started server while programs request tokens with both."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import httpx

from tests.process.person import Person, forms_of
from tests.process.server import Server, started

LIST = "/settings/api-connections/oauth-consumers/"


def request_token(server: Server, key: str, secret: str) -> int:
    form = {"grant_type": "client_credentials"}
    return httpx.post(f"{server.url}/oauth/token", data=form, auth=(key, secret), timeout=30).status_code


def test_no_request_fails_while_a_secret_is_replaced(tmp_path: Path) -> None:
    with started(tmp_path / "product", WORKERS="2") as server:
        program = server.create_consumer("Spreadsheet", grant="client-credentials")
        key, old = program["key"], program["secret"]
        admin = Person("admin@demo.example")
        in_use, stop = [old], threading.Event()
        statuses: list[int] = []

        def traffic() -> None:
            while not stop.is_set():
                statuses.append(request_token(server, key, in_use[-1]))
                time.sleep(0.05)

        threads = [threading.Thread(target=traffic) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            listed = admin.open(server.url + LIST)
            found = re.search(rf'{LIST}(\d+)/[^"]*"[^>]*>\s*<bdi>Spreadsheet', listed.text)
            assert found, "the consumer is in the list"
            page = admin.open(f"{server.url}{LIST}{found[1]}/")
            add = next(form for form in forms_of(page.text) if form.action.endswith("/secrets/add/"))
            shown = admin.submit(page, add, dict(add.fields))
            (new,) = re.findall(r'<code id="secret">(fms_[^<]+)</code>', shown.text)
            assert request_token(server, key, new) == 200
            in_use.append(new)
            page = admin.open(f"{server.url}{LIST}{found[1]}/")
            removal = next(
                form
                for form in forms_of(page.text)
                if form.action.endswith("/remove/") and old[-4:] in page.text.split(form.action)[1][:600]
            )
            asked = admin.submit(page, removal, dict(removal.fields))
            confirm = next(form for form in forms_of(asked.text) if form.action == removal.action)
            # What was sent with the old secret before must have been answered.
            before = len(statuses)
            while len(statuses) < before + 4:
                time.sleep(0.02)
            admin.submit(asked, confirm, dict(confirm.fields))
            assert request_token(server, key, old) == 401
            assert request_token(server, key, new) == 200
            before = len(statuses)
            while len(statuses) < before + 4:
                time.sleep(0.02)
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)
        assert len(statuses) > 10
        assert set(statuses) == {200}
        log = server.log.read_text()
        assert old not in log
        assert new not in log
        assert "secret_removed" in log
