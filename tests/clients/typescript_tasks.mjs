// The ext-tasks client 0.2.2 calls a tool that may become a task, and waits for its outcome:
//   node typescript_tasks.mjs MCP_URL TOOL ARGUMENTS_JSON
// Prints one JSON object: the statuses it saw, what it was asked, and the result.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';

const [, , url, tool, args] = process.argv;
const clientInfo = { name: 'ext-tasks', version: '1.0.0' };
const clientCapabilities = { elicitation: { form: {} }, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const client = new Client(clientInfo, { capabilities: clientCapabilities, versionNegotiation: { mode: 'auto' } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));

const statuses = [];
async function rawDispatch(request) {
  const { method, params } = request;
  const name = params?.name ?? params?.taskId;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name ? { 'mcp-name': name } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: crypto.randomUUID(), ...request }),
  });
  const answer = await response.json();
  if (answer.result?.status) statuses.push(answer.result.status);
  return answer;
}

const asked = [];
const session = createTaskSessionFromClient(client, {
  endpointId: 'conformance',
  rawDispatch,
  v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo, clientCapabilities },
  onInputRequest: async (request) => {
    asked.push(request.params.message);
    return { action: 'accept', content: { ok: true } };
  },
});
const execution = await session.callTool(tool, JSON.parse(args));
const { outcome } = await execution.settle();
console.log(JSON.stringify({ statuses, asked, result: resultFromTaskOutcome(outcome) }));
await session.close();
await client.close();
