"""The product, configured to find programs' documents at the server of tests/consumers/programs.py."""

from __future__ import annotations

import os
from pathlib import Path

# isort: off
from fracttal_mcp.asgi import application  # first: it sets Django up
from consumers.outbound import documents as document_fetcher
from tests.consumers.programs import fetcher_reaching

__all__ = ["application"]

document_fetcher.new_fetcher = lambda: fetcher_reaching(Path(os.environ["PUBLISHER_CERTIFICATE"]))
