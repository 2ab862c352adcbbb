// A host of MCP Apps in a page: the TypeScript client and the AppBridge of ext-apps, with the sandbox of the Inspector.
// The test calls what is on `cards`, and reads from it what the card asked of its host.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

const EXTENSION = { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } };
const seen = { heights: [], links: [], contexts: [], called: [] };
let client, tools;

// The policy that the specification derives from a resource (MCP Apps 2026-01-26, "Content Security Policy").
function policyOf({ connectDomains = [], resourceDomains = [], frameDomains = [], baseUriDomains = [] } = {}) {
  const from = (...sources) => (sources.length ? sources.join(' ') : "'none'");
  const inline = from("'self'", "'unsafe-inline'", ...resourceDomains);
  return [
    "default-src 'none'", `script-src ${inline}`, `style-src ${inline}`,
    `img-src ${from("'self'", 'data:', ...resourceDomains)}`, `font-src ${from("'self'", ...resourceDomains)}`,
    `connect-src ${from(...connectDomains)}`, `frame-src ${from(...frameDomains)}`,
    `base-uri ${from(...(baseUriDomains.length ? baseUriDomains : ["'self'"]))}`, "object-src 'none'",
  ].join('; ');
}

async function connect(url, token, mode, declares) {
  const options = mode === 'auto' ? { versionNegotiation: { mode: 'auto' } } : {};
  const capabilities = declares ? { extensions: EXTENSION } : {};
  client = new Client({ name: 'card-host', version: '1.0.0' }, { capabilities, ...options });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  tools = (await client.listTools()).tools;
  return { tools, server: client.getServerCapabilities(), resources: (await client.listResources()).resources };
}

// Call a tool as the model would, and show its card. `changed` is applied to the result before it is shown.
async function show(name, args, hostContext, proxy, capabilities, changed = {}) {
  const tool = tools.find((one) => one.name === name);
  const uri = tool._meta.ui.resourceUri;
  const [resource] = (await client.readResource({ uri })).contents;
  const result = { ...(await client.callTool({ name, arguments: args })), ...changed };

  document.querySelector('iframe')?.remove();
  for (const list of Object.values(seen)) list.length = 0;
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms');
  frame.style.cssText = 'width: 100%; height: 500px; border: 0';
  const bridge = new AppBridge(client, { name: 'card-host', version: '1.0.0' }, capabilities, { hostContext });
  bridge.onsizechange = ({ height }) => {
    seen.heights.push(height);
    frame.style.height = `${height}px`;
  };
  bridge.onopenlink = async ({ url }) => { seen.links.push(url); return {}; };
  bridge.onupdatemodelcontext = async (context) => { seen.contexts.push(context); return {}; };
  const initialized = new Promise((resolve) => { bridge.oninitialized = resolve; });
  bridge.onsandboxready = () => {
    const policy = `<meta http-equiv="Content-Security-Policy" content="${policyOf(resource._meta.ui.csp)}">`;
    const html = `<!doctype html><html><head>${policy}</head>${resource.text.replace(/^<!doctype html>/, '')}`;
    bridge.sendSandboxResourceReady({ html });
  };
  document.body.append(frame);
  frame.src = proxy;
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  const callsOf = bridge.oncalltool;
  bridge.oncalltool = async (params, extra) => {
    seen.called.push(params);
    return callsOf(params, extra);
  };
  await initialized;
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(result);
  cards.bridge = bridge;
  return { result, resource };
}

globalThis.cards = { connect, show, seen };
