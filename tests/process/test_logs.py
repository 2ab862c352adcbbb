"""What reaches the log, read from the log itself: no secret, no token, no link that opens an account."""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path

import httpx
import pytest

from consumers.digests import Prefix, make
from fracttal_mcp.log_lines import Formatter
from tests.process.commands import manage
from tests.process.server import started

PART = "Qx7-mB2_" * 4  # the same in each process that collects the tests
PRODUCTION = {
    "DJANGO_ENV": "production",
    "PUBLIC_URL": "https://mcp.example.com",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "CREDENTIAL_HASH_KEY": secrets.token_urlsafe(50),
}


def test_case_260_a_secret_in_the_field_of_the_key_is_not_logged(tmp_path: Path) -> None:
    secret = make(Prefix.SECRET)
    with started(tmp_path) as server:
        form = {"grant_type": "client_credentials", "client_id": secret, "client_secret": "abc"}
        assert httpx.post(f"{server.url}/oauth/token", data=form).status_code == 401
        log = server.log.read_text()
    assert "client refused" in log
    assert secret not in log
    assert secret[4:12] not in log


@pytest.mark.parametrize(
    ("line", "hidden"),
    [
        *((f"refused {prefix}{PART}.", PART) for prefix in Prefix if prefix != Prefix.KEY),
        ("Authorization: Bearer eyJhbGciOi.abc-def_123~/+=", "eyJhbGciOi"),
        (f"POST client_id=fmk_1&client_secret={PART}&scope=x", PART),
        (f"mail: https://mcp.example.com/accounts/password/reset/key/1-{PART}/", PART),
        (f"mail: https://mcp.example.com/invitation/fmi_{PART}", PART),
        (f"mail: https://mcp.example.com/address/fmn_{PART}/", PART),
    ],
)
def test_case_260_what_has_the_shape_of_a_credential_is_cut(line: str, hidden: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", (line,), None)
    try:
        raise ValueError(line)
    except ValueError:
        record.exc_info = sys.exc_info()
    told = Formatter("%(message)s").format(record)
    assert "Traceback" in told
    assert hidden not in told


def test_a_key_and_ordinary_words_stay() -> None:
    line = "client refused key='fmk_0123456789abcdef01234567' reason=secret basic setup"
    record = logging.LogRecord("x", logging.ERROR, "", 0, line, (), None)
    assert Formatter("%(message)s").format(record) == line


def test_f12_a_production_installation_without_mail_prints_no_message(tmp_path: Path) -> None:
    environment = {**PRODUCTION, "VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    said = manage(
        environment, "shell", "-v0", "-c",
        "from django.core.mail import send_mail;"
        "print(send_mail('Reset', 'https://mcp.example.com/reset/key', None, ['a@example.com']))",
    )  # fmt: skip
    assert said.split() == ["0"]


def test_f15_the_list_of_static_files_is_not_served(tmp_path: Path) -> None:
    environment = {**PRODUCTION, "VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    manage(environment, "collectstatic", "--no-input", "-v0")
    served = {path.name for path in (tmp_path / "static").rglob("*")}
    assert any(name.startswith("app.") and name.endswith(".css") for name in served)
    assert "staticfiles.json" not in served
    assert (tmp_path / "staticfiles.json").exists()
