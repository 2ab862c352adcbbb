// @modelcontextprotocol/client 2.x, which asks for the newest revision first
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import * as conversation from './conversation.mjs';

const authProvider = new conversation.TypedInCredentials();
async function connect() {
  const transport = new StreamableHTTPClientTransport(new URL(conversation.MCP_URL), { authProvider });
  const client = new Client(
    { name: 'typescript-client-2', version: '1' },
    { capabilities: {}, versionNegotiation: { mode: 'auto' } },
  );
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(authProvider.answer);
    return null;
  }
}
const client = (await connect()) ?? (await connect());
await conversation.serve(
  async () => (await client.listTools()).tools.map((tool) => tool.name),
  async (name, args) => conversation.plain(await client.callTool({ name, arguments: args })),
);
