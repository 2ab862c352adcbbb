"""Inspector 1.x, directly from the page."""

import asyncio

import inspector_web

asyncio.run(inspector_web.serve("direct"))
