// The line to the host: JSON-RPC 2.0 by postMessage (MCP Apps 2026-01-26). `host` is what it said of itself.
const host = { context: {}, capabilities: {} };
const waiting = new Map();
let lastId = 0;

// Nobody knows the host's origin beforehand, and whoever framed this document is the host.
const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
const notify = (method, params = {}) => send({ method, params });
const request = (method, params) => new Promise((resolve, reject) => {
  lastId += 1;
  waiting.set(lastId, { resolve, reject });
  send({ id: lastId, method, params });
});

// Call a tool of this server through the host.
const call = (name, args) => request("tools/call", { name, arguments: args });
const canCall = () => host.capabilities.serverTools !== undefined;

// Tell the model what the person did here. Hosts that have no such thing refuse, which changes nothing.
const tellModel = (result) => {
  if (host.capabilities.updateModelContext === undefined) return;
  const text = "The person answered in the card. This is the result:";
  const content = [{ type: "text", text }, ...(result.content ?? [])];
  request("ui/update-model-context", { content }).catch(() => {});
};

// `takes` are functions by the method of a notification; unknown notifications mean nothing to us.
const listen = (takes) => addEventListener("message", ({ source, data }) => {
  if (source !== parent || data?.jsonrpc !== "2.0") return;
  if (data.method === undefined) {
    const { resolve, reject } = waiting.get(data.id) ?? {};
    waiting.delete(data.id);
    if (data.error) reject?.(data.error);
    else resolve?.(data.result);
  } else if (data.id === undefined) {
    takes[data.method]?.(data.params ?? {});
  } else if (data.method === "ping" || data.method === "ui/resource-teardown") {
    send({ id: data.id, result: {} });
  } else {
    send({ id: data.id, error: { code: -32601, message: "There is no such method." } });
  }
});
