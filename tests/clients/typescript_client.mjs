// The TypeScript client 2.4.0 on the command line:
//   node typescript_client.mjs MCP_URL KEY SECRET CALLBACK auto|legacy READ_JSON WRITE_JSON
// With an empty KEY it registers itself. The person is `PYTHON -m PERSON_MODULE`; prints one JSON object.
import { execFileSync } from 'node:child_process';
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

const [, , url, key, secret, callback, mode, read, write] = process.argv;

class TypedInCredentials {
  redirectUrl = callback;
  get clientMetadata() {
    return { client_name: 'TypeScript', redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_basic' };
  }
  clientInformation() { return key ? { client_id: key, client_secret: secret } : this.registered; }
  saveClientInformation(registered) { this.registered = registered; }
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  redirectToAuthorization(address) {
    const person = process.env.PERSON_MODULE ?? 'tests.process.person';
    const out = execFileSync(process.env.PYTHON, ['-m', person, address.toString()]);
    this.answer = new URL(out.toString().trim()).searchParams;
  }
}

const credentials = new TypedInCredentials();
const options = mode === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {};
// Many configurations set this header for all requests. The SDK adds it to those to the token endpoint, too.
const requestInit = { headers: { 'Content-Type': 'application/json' } };
async function connect() {
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: credentials, requestInit });
  const client = new Client({ name: 'typescript-client', version: '1.0.0' }, { capabilities: {}, ...options });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(credentials.answer);
    return null;
  }
}
const client = (await connect()) ?? (await connect());
const call = async (text) => {
  const [name, args] = JSON.parse(text);
  return client.callTool({ name, arguments: args });
};
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const readResult = await call(read);
const writeResult = await call(write);
console.log(JSON.stringify({ tools, read: readResult, write: writeResult, scope: credentials.saved.scope }));
await client.close();
