"""Approve and Refuse in Chromium, with a callback that redirects to another host or to an app."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import chrome as chrome
from tests.browser.chromium import signed_in
from tests.browser.chromium import site as site
from tests.conftest import World
from tests.consumers.conftest import Register
from tests.consumers.conftest import register as register
from tests.http_servers import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@contextmanager
def leading_on(to: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a callback that keeps its query and redirects further; yields the URLs that were requested."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(307 if to else 200)
            if to:
                self.send_header("location", f"{to}?{urlsplit(self.path).query}")
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"Done")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}/cb", asked


@pytest.mark.parametrize("decision", ["Approve", "Refuse"])
def test_a_callback_that_leads_to_another_host(
    world: World, chrome: Browser, site: str, register: Register, decision: str
) -> None:
    with leading_on("") as (end, arrived):
        elsewhere = end.replace("127.0.0.1", "localhost")
        with leading_on(elsewhere) as (callback, asked):
            program = register(callback_urls=[callback])
            program.callback = callback
            _context, page, complaints = signed_in(chrome, site, world.owner)
            page.goto(program.address())
            page.get_by_role("button", name=decision).click()
            expect(page).to_have_url(re.compile(re.escape(elsewhere)))
            expect(page.get_by_text("Done")).to_be_visible()
    answer = parse_qs(urlsplit(next(path for path in arrived if path.startswith("/cb"))).query)
    assert answer["state"] == ["s-1"]
    assert ("code" in answer) == (decision == "Approve")
    assert answer.get("error") == (None if decision == "Approve" else ["access_denied"])
    assert [line for line in complaints if "Content Security" in line] == []
    assert len([path for path in asked if path.startswith("/cb")]) == 1


def test_a_callback_that_leads_to_an_app(
    world: World, chrome: Browser, site: str, register: Register
) -> None:
    """As claude.ai does with `claude://`: Chromium asks the system for the app, and no policy blocks it."""
    with leading_on("claude://oauth/done") as (callback, asked):
        program = register(callback_urls=[callback])
        program.callback = callback
        _context, page, complaints = signed_in(chrome, site, world.owner)
        page.goto(program.address())
        page.get_by_role("button", name="Approve").click()
        page.wait_for_timeout(1500)
    assert len([path for path in asked if "code=" in path]) == 1
    assert [line for line in complaints if "Content Security" in line or "form-action" in line] == []
