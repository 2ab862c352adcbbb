"""fastmcp: has its own OAuth and listens for the callback itself."""

import asyncio
import urllib.request
from urllib.parse import urlsplit

import conversation
from fastmcp import Client
from fastmcp.client.auth import OAuth


class InOurBrowser(OAuth):
    async def redirect_handler(self, authorization_url: str) -> None:
        asyncio.get_running_loop().create_task(follow(authorization_url))


async def follow(address: str) -> None:
    sent_back_to = await asyncio.to_thread(conversation.browse, address)
    await asyncio.to_thread(urllib.request.urlopen, sent_back_to, timeout=20)


async def main() -> None:
    callback = urlsplit(conversation.CALLBACK)
    auth = InOurBrowser(
        client_id=conversation.KEY,
        client_secret=conversation.SECRET,
        callback_port=callback.port,
        callback_host=callback.hostname,
        callback_timeout=20,
    )
    async with Client(conversation.MCP_URL, auth=auth) as client:

        async def list_tools():
            return [tool.name for tool in await client.list_tools()]

        async def call(tool, arguments):
            return conversation.plain(await client.call_tool(tool, arguments))

        await conversation.serve(list_tools, call)


asyncio.run(main())
