// The TypeScript client 2.4.0, whose person answers what is asked in the middle of a call:
//   node typescript_asking.mjs MCP_URL TOKEN auto|legacy CALL_JSON ANSWER_JSON
// Prints one JSON object: what was asked, and the result.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [, , url, token, mode, call, answer] = process.argv;
const options = mode === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {};
const client = new Client(
  { name: 'typescript-asking', version: '1.0.0' },
  { capabilities: { elicitation: { form: {} } }, ...options },
);
const asked = [];
client.setRequestHandler('elicitation/create', async (request) => {
  asked.push(request.params);
  return JSON.parse(answer);
});
const headers = { authorization: `Bearer ${token}` };
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
await client.connect(transport);
const [name, args] = JSON.parse(call);
const result = await client.callTool({ name, arguments: args });
console.log(JSON.stringify({ asked, result, session: transport.sessionId ?? null }));
await transport.terminateSession();
await client.close();
