"""One request for each kind of door, and the form in which each of them says that it cannot answer now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.blackbox.witness import Witness
from tests.process.person import Person

RECOVERY_SECONDS = 5
Ask = Callable[[], httpx.Response]


class Doors:
    """Requests that all succeed while nothing is wrong."""

    def __init__(self, planner: Witness) -> None:
        server = planner.server
        person = Person("admin@demo.example")
        program = server.create_consumer("Spreadsheet", grant="client-credentials")
        self._own = {"client_id": program["key"], "client_secret": program["secret"]}
        self._own |= {"grant_type": "client_credentials", "resource": f"{server.url}/api"}
        access = httpx.post(f"{server.url}/oauth/token", data=self._own, timeout=60).json()["access_token"]
        bearer = {"authorization": f"Bearer {access}"}
        consent = planner.authorization_address()
        person.open(consent)
        token = {"token": planner.tokens["access_token"]}
        self.asks: dict[str, Ask] = {
            "page": lambda: person.browser.get(f"{server.url}/settings/user-accounts/", timeout=60),
            "consent": lambda: person.browser.get(consent, timeout=60),
            "api": lambda: httpx.get(
                f"{server.url}/api/items", params={"limit": 1}, headers=bearer, timeout=60
            ),
            "tool": planner.read,
            "token": lambda: httpx.post(f"{server.url}/oauth/token", data=self._own, timeout=60),
            "introspection": lambda: httpx.post(
                f"{server.url}/oauth/introspect", data=token, auth=(planner.key, planner.secret), timeout=60
            ),
        }

    def all_at_once(self, times: int = 1) -> dict[str, list[httpx.Response]]:
        with ThreadPoolExecutor(12) as pool:
            asked = {kind: [pool.submit(ask) for _ in range(times)] for kind, ask in self.asks.items()}
            return {kind: [answer.result() for answer in answers] for kind, answers in asked.items()}

    def check_all_work(self, times: int = 1) -> None:
        for kind, answers in self.all_at_once(times).items():
            assert Counter(each.status_code for each in answers) == {200: times}, (
                kind,
                answers[0].text[:300],
            )

    def check_recovery(self, within: float = RECOVERY_SECONDS) -> float:
        """Ask until every door works. Return the seconds that it took."""
        begun = time.monotonic()
        while True:
            answers = self.all_at_once()
            wrong = {
                kind: each[0].status_code for kind, each in answers.items() if each[0].status_code != 200
            }
            took = time.monotonic() - begun
            if not wrong:
                return took
            assert took < within, wrong

    def check_refusals(self, answers: dict[str, list[httpx.Response]], *, all_refuse: bool) -> None:
        """Each door says it in its own form, and when to come back; none of them answers 500."""
        for kind, each in ((kind, each) for kind, several in answers.items() for each in several):
            if not all_refuse and each.status_code == 200:
                continue
            assert each.status_code == 503, (kind, each.text[:300])
            assert int(each.headers["retry-after"]) <= 10, kind
            assert "Traceback" not in each.text
            form = "text/html" if kind in {"page", "consent"} else "application/json"
            assert each.headers["content-type"].startswith(form), kind
            said = each.json() if form == "application/json" else {}
            assert kind != "tool" or "error" in said
            assert kind != "api" or said["success"] is False
            assert kind not in {"token", "introspection"} or said["error"] == "temporarily_unavailable"
