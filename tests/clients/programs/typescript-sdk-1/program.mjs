// @modelcontextprotocol/sdk 1.x
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import * as conversation from './conversation.mjs';

const authProvider = new conversation.TypedInCredentials();
const transport = () => new StreamableHTTPClientTransport(new URL(conversation.MCP_URL), { authProvider });
let client = new Client({ name: 'typescript-sdk-1', version: '1' });
const first = transport();
try {
  await client.connect(first);
} catch (error) {
  if (!(error instanceof UnauthorizedError)) throw error;
  await first.finishAuth(authProvider.answer.get('code'));
  client = new Client({ name: 'typescript-sdk-1', version: '1' });
  await client.connect(transport());
}
await conversation.serve(
  async () => (await client.listTools()).tools.map((tool) => tool.name),
  async (name, args) => conversation.plain(await client.callTool({ name, arguments: args })),
);
