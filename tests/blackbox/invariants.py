"""What must hold after every fault, read from tables and the ledger with plain SQL.

1. No answer without its row. 2. No row without its answer. 3. No write twice. 4. No live token of an ended
family, and each pair of tokens that was answered works or was ended.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from tests.blackbox.product import Product
from tests.blackbox.witness import Witness

SETTLED_WITHIN_SECONDS = 15.0

CALLS = (
    "SELECT e.tool, e.outcome, e.subject_id FROM audit_event e "
    "JOIN consumers_consumer c ON c.id = e.consumer_id WHERE e.kind = 'tool.call' AND c.client_id = '{key}'"
)
RUNNING = "SELECT count(*) FROM mcp_gateway_writerecord WHERE outcome = 'started'"
# Nothing opens a connection that has ended: neither an access token nor a refresh token.
LIVE_OF_AN_ENDED_CONNECTION = (
    "SELECT count(*) FROM consumers_accesstoken t JOIN consumers_appauthorization a "
    "ON a.id = t.authorization_id WHERE a.revoked_at IS NOT NULL AND t.expires > CURRENT_TIMESTAMP",
    "SELECT count(*) FROM consumers_refreshtoken t JOIN consumers_appauthorization a "
    "ON a.id = t.authorization_id "
    "WHERE a.revoked_at IS NOT NULL AND t.revoked IS NULL AND t.expires > CURRENT_TIMESTAMP",
)
# A family ends by revoking all its refresh tokens; its access tokens go with them.
LIVE_OF_AN_ENDED_FAMILY = (
    "SELECT count(*) FROM consumers_accesstoken t WHERE t.expires > CURRENT_TIMESTAMP AND EXISTS "
    "(SELECT 1 FROM consumers_refreshtoken r WHERE r.token_family = t.token_family) AND NOT EXISTS "
    "(SELECT 1 FROM consumers_refreshtoken r WHERE r.token_family = t.token_family AND r.revoked IS NULL)"
)
# A code gives one family: two grants never share one, and a family's tokens belong to one connection.
FAMILIES_OF_SEVERAL_CONNECTIONS = (
    "SELECT count(*) FROM (SELECT token_family FROM consumers_refreshtoken GROUP BY token_family "
    "HAVING count(DISTINCT authorization_id) > 1) AS several"
)


def check(product: Product, witnesses: Sequence[Witness]) -> None:
    _wait_until_settled(product)
    written = {each.title: each for each in product.upstream.written}
    assert product.upstream.doubled == [], "a write happened twice"
    for witness in witnesses:
        _check_calls(product, witness)
        for title, number in witness.results.items():
            assert written[title].id == number, f"{title} was answered as done"
    _check_writes(product)
    for query in (*LIVE_OF_AN_ENDED_CONNECTION, LIVE_OF_AN_ENDED_FAMILY, FAMILIES_OF_SEVERAL_CONNECTIONS):
        assert product.query(query) == [(0,)], query
    log = product.server.log.read_text(errors="replace")
    for witness in witnesses:
        _check_tokens(witness)
        for secret in [
            witness.secret,
            *(pair[name] for pair in witness.pairs for name in pair if "_token" in name),
        ]:
            assert secret not in log, "a secret is in the log"


def _wait_until_settled(product: Product) -> None:
    """Wait for calls that go on without their client; those of a dead process stay `started` for minutes."""
    end = time.monotonic() + SETTLED_WITHIN_SECONDS
    last, still = -1, 0
    while time.monotonic() < end:
        ((rows,),) = product.query("SELECT count(*) FROM audit_event")
        still = still + 1 if rows == last else 0
        if still == 2 and (product.query(RUNNING) == [(0,)] or still == 20):
            return
        last = rows
        time.sleep(0.1)


def _check_calls(product: Product, witness: Witness) -> None:
    rows = Counter(tool for tool, _outcome, _subject in product.query(CALLS.format(key=witness.key)))
    for tool, account in witness.accounts.items():
        assert account.answered <= rows[tool], f"{tool}: an answer without its row"
        assert rows[tool] <= account.asked, f"{tool}: a row without its call"
        unanswered = account.lost + account.refused
        assert rows[tool] <= account.answered + unanswered, f"{tool}: a row without its answer"
    assert set(rows) <= set(witness.accounts), "rows of tools that nobody called"


def _check_writes(product: Product) -> None:
    """Each write upstream has one row: done, or unknown, or still to be settled after its process died."""
    rows = product.query(
        "SELECT outcome, subject_id FROM audit_event "
        "WHERE kind = 'tool.call' AND tool = 'create_work_request'"
    )
    written = {str(each.id) for each in product.upstream.written}
    done = {subject for outcome, subject in rows if outcome == "done"}
    assert done <= written, "a row says done and nothing was written"
    unknown = sum(outcome == "unknown" for outcome, _subject in rows)
    ((running,),) = product.query(RUNNING)
    assert len(written - done) <= unknown + running, "a write without its row"


def _check_tokens(witness: Witness) -> None:
    """The newest pair of tokens works, unless the test ended the connection; then it does not."""
    status = witness.http.post(
        witness.server.mcp_url,
        json={"jsonrpc": "2.0", "id": "check", "method": "tools/list"},
        headers={
            "authorization": f"Bearer {witness.tokens['access_token']}",
            "accept": "application/json, text/event-stream",
        },
    ).status_code
    assert status == (401 if witness.ended else 200), "tokens that were answered"
