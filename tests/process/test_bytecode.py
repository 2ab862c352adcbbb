"""A running server leaves no compiled module behind, since on a full disk it would be half of one."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.process.server import started

WITH_A_LATE_IMPORT = """
from fracttal_mcp.asgi import application as product

async def application(scope, receive, send):
    if scope.get("path") == "/livez":
        import imported_late
    await product(scope, receive, send)
"""


def test_a_module_imported_after_the_start_is_not_written(tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "imported_late.py").write_text("", encoding="utf-8")
    (modules / "with_a_late_import.py").write_text(WITH_A_LATE_IMPORT, encoding="utf-8")
    product = tmp_path / "product"
    with started(product, "with_a_late_import:application", PYTHONPATH=str(modules)) as server:
        assert httpx.get(f"{server.url}/livez", timeout=60).status_code == 200
    written = {path.name.partition(".")[0] for path in (modules / "__pycache__").iterdir()}
    assert written == {"with_a_late_import"}
