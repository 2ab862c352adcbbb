"""A calendar fetched from a started server, whose embedded API is in the same process and event loop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import vobject

from tests.process.server import started

MAKE = """
from accounts.models import Membership
from calendars import links
print(links.renew(Membership.objects.get(company__slug="demo", user__email="admin@demo.example"), ""))
"""


def test_a_started_server_serves_it_and_logs_no_token(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        url = server.manage("shell", "-v", "0", "-c", MAKE).strip()
        token = url.rpartition("/")[2].removesuffix(".ics")
        with ThreadPoolExecutor(4) as several:
            answers = list(several.map(lambda _: httpx.get(url, timeout=60), range(4)))
        assert [answer.status_code for answer in answers] == [200] * 4, answers[0].text
        assert len({answer.headers["etag"] for answer in answers}) == 1
        events = vobject.readOne(answers[0].text).vevent_list
        assert any(event.uid.value.startswith("pending-task-") for event in events)
        assert any(event.uid.value.startswith("order-task-") for event in events)
        guessed = httpx.get(url.replace(token, "fmw_" + "a" * 43))
        assert guessed.status_code == 404
        log = server.log.read_text(encoding="utf-8")
        assert token not in log
        assert "a" * 43 not in log
