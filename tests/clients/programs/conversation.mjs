// What the runner and the program of one client say to each other: lines of JSON, one each way.
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export const { MCP_URL, KEY, SECRET, CALLBACK } = process.env;
export const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
export async function hear() {
  const { value, done } = await lines.next();
  if (done) process.exit(1);
  return JSON.parse(value);
}

export async function browse(address) {
  say({ open: address.toString() });
  const answer = await hear();
  if (!answer.callback) throw new Error('the person did not sign in again');
  return new URL(answer.callback).searchParams;
}

// A key and a secret that a person typed in, in the form that the SDK and those built on it ask for.
export class TypedInCredentials {
  constructor(issuer) { this.issuer = issuer; }
  redirectUrl = CALLBACK;
  get clientMetadata() {
    return { client_name: 'Test', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'client_secret_basic' };
  }
  clientInformation() { return { client_id: KEY, client_secret: SECRET, ...(this.issuer && { issuer: this.issuer }) }; }
  saveClientInformation() {}
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  async redirectToAuthorization(address) { this.answer = await browse(address); }
}

export async function serve(listTools, call) {
  say({ ready: true });
  for (;;) {
    const asked = await hear();
    if (asked.step === 'end') process.exit(0);
    try {
      if (asked.step === 'list') say({ tools: await listTools() });
      else say({ result: await call(asked.tool, asked.arguments) });
    } catch (error) {
      say({ error: String(error.stack ?? error).slice(-3000) });
    }
  }
}

export function plain(result) {
  return result.structuredContent ?? result.content.map((block) => block.text ?? '').join('');
}
