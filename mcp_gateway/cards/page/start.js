// The card begins: it greets the host, and draws what the host sends.
const view = main.dataset.card;
let current;

// A host that puts this document into the body of its own (MCP Inspector 2.12.0) leaves the policy where it does not count.
const policy = document.querySelector("body > meta[http-equiv]");
if (policy) document.head.append(policy);

const show = (result, byPerson = false) => {
  current = result;
  const question = result._meta?.[QUESTION];
  const data = result.structuredContent;
  if (view === "change") draw(views.change(data, result), byPerson);
  else if (question) draw(asked(question), byPerson);
  else if (result.isError || data === undefined) draw(refused(result), byPerson);
  else draw(views[view](data), byPerson);
};

const pause = (key) => draw([title(say(key))]);

const languageOf = (locale) => {
  const wanted = locale.toLowerCase().replace("_", "-");
  const known = Object.keys(TEXTS);
  return known.find((one) => one === wanted) ?? known.find((one) => one.split("-")[0] === wanted.split("-")[0]) ?? "en";
};

const learn = (context) => {
  Object.assign(host.context, context);
  const { theme, locale, styles } = host.context;
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const font = styles?.variables?.["--font-sans"];
  if (font) root.style.setProperty("--font", font);
  const before = language;
  language = languageOf(locale ?? navigator.language);
  root.lang = language;
  if (current && language !== before) show(current);
  else if (!current) pause("working");
};

listen({
  "ui/notifications/tool-result": (result) => show(result),
  "ui/notifications/tool-cancelled": () => pause("cancelled"),
  "ui/notifications/host-context-changed": learn,
});

learn({});
request("ui/initialize", {
  protocolVersion: "2026-01-26",
  appInfo: { name: "fracttal-one", version: "1.0.0" },
  appCapabilities: { availableDisplayModes: ["inline"] },
}).then(({ hostCapabilities, hostContext }) => {
  host.capabilities = hostCapabilities ?? {};
  learn(hostContext ?? {});
  notify("ui/notifications/initialized");
  toldHeight = 0; // whatever was told before the host listened
  watchSize();
}).catch(() => {});
