"""Inspector 1.x, through its proxy."""

import asyncio

import inspector_web

asyncio.run(inspector_web.serve("proxy"))
