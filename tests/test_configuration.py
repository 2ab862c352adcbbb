"""What an operator sees if a setting is wrong: one sentence and no stack trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def manage(directory: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "VAR_DIR": str(directory)}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "http", "PORT must be a whole number, 0 or more."),
        ("WORKERS", "-1", "WORKERS must be a whole number, 0 or more."),
        ("UPSTREAM_DEADLINE_SECONDS", "soon", "UPSTREAM_DEADLINE_SECONDS must be a number of seconds, less"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must be postgres://… or sqlite:///path."),
        ("DATABASE_URL", "oracle9://x", "DATABASE_URL must be postgres://… or sqlite:///path."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL."),
        ("DJANGO_ENV", "staging", "DJANGO_ENV must be development or production."),
        ("DJANGO_ENV", "production", "SECRET_KEY must be set to 50 or more random characters in production."),
        ("PUBLIC_URL", "https://mcp.example.com/app", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://u:p@mcp.example.com", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://mcp.example.com#f", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://mcp.example.com?", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://mcp.example.com:0x1", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://[mcp", "PUBLIC_URL must be a bare origin"),
        ("PUBLIC_URL", "https://münchen.example", "PUBLIC_URL must name its host in punycode"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, told: str) -> None:
    done = manage(tmp_path, "check", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Not configured: {told}")
    assert "Traceback" not in done.stderr
    assert "Traceback" in manage(tmp_path, "check", "--traceback", **{name: value}).stderr


def test_a_database_without_tables_is_said_to_need_them(tmp_path: Path) -> None:
    done = manage(tmp_path, "list_consumers", "--json")
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("http://LocalHost:8000", "http://localhost:8000"),
        ("https://MCP.Example.com:443", "https://mcp.example.com"),
        ("HTTPS://mcp.example.com/", "https://mcp.example.com"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_the_public_address_has_one_spelling(tmp_path: Path, given: str, published: str) -> None:
    """RFC 3986 §6.2.2 and §6.2.3: clients normalize what they compare."""
    show = "from django.conf import settings; print(settings.MCP_RESOURCE)"
    done = manage(tmp_path, "shell", "--no-imports", "-c", show, PUBLIC_URL=given)
    assert done.stdout.strip() == f"{published}/mcp/oauth/fracttal-one", done.stderr
