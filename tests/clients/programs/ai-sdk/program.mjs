// @ai-sdk/mcp: needs the issuer beside the key and the secret
import { auth, createMCPClient } from '@ai-sdk/mcp';
import * as conversation from './conversation.mjs';

class Credentials extends conversation.TypedInCredentials {
  authorizationServerInformation() { return this.server; }
  saveAuthorizationServerInformation(server) { this.server = server; }
}

const authProvider = new Credentials(new URL(conversation.MCP_URL).origin);
const serverUrl = new URL(conversation.MCP_URL);
if ((await auth(authProvider, { serverUrl })) === 'REDIRECT') {
  const answer = Object.fromEntries(authProvider.answer);
  await auth(authProvider, {
    serverUrl, authorizationCode: answer.code, callbackState: answer.state, callbackIssuer: answer.iss,
  });
}
const client = await createMCPClient({ transport: { type: 'http', url: conversation.MCP_URL, authProvider } });
const tools = await client.tools();
await conversation.serve(
  async () => Object.keys(tools),
  async (name, args) => conversation.plain(await tools[name].execute(args, { toolCallId: '1', messages: [] })),
);
