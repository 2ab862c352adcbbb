// Elements and texts. Whatever people wrote becomes a text node, never markup.
const main = document.querySelector("main");
let language = "en";

const say = (key, values = {}) =>
  TEXTS[language].say[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
const label = (name) => {
  const known = TEXTS[language].fields[name] ?? name.replaceAll("_", " ");
  return known.charAt(0).toUpperCase() + known.slice(1);
};

// Without characters that nobody sees, or that turn the direction of what follows.
const clean = (text) => text.replace(/[\p{Cc}\p{Cf}]/gu, (found) => ("\n\t".includes(found) ? " " : ""));

const el = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== "")
    .map((child) => (typeof child === "string" ? clean(child) : child)));
  return made;
};

const number = (value, options = { maximumFractionDigits: 2 }) =>
  new Intl.NumberFormat(language, options).format(value);

// Times come in the zone of the person, and are shown as that clock shows them.
const moment = (text) => {
  const day = text.length === 10;
  const date = new Date(`${text.slice(0, 19)}${day ? "T00:00:00" : ""}Z`);
  const style = day ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(language, { ...style, timeZone: "UTC" }).format(date);
};

const PART_OF_ONE = /(^|_)(share|availability|availability_by_failures)$/;
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d.*)?$/;

// A value of the field `name` as a text for people.
const shown = (value, name = "") => {
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value === "number") {
    if (name === "id" || name === "meter") return String(value);
    if (!PART_OF_ONE.test(name)) return number(value);
    return number(value, { style: "percent", maximumFractionDigits: 1 });
  }
  if (Array.isArray(value)) return value.map((one) => shown(one, name)).join(", ");
  if (value !== null && typeof value === "object") {
    return Object.entries(value).map(([key, one]) => `${label(key)}: ${shown(one, key)}`).join("; ");
  }
  const text = String(value);
  if (TIME.test(text) && !Number.isNaN(Date.parse(text))) return moment(text);
  return TEXTS[language].words[name]?.[text] ?? text;
};

const link = (text, url) => {
  if (!/^https?:\/\//.test(String(url))) return "";
  const open = (event) => {
    if (host.capabilities.openLinks === undefined) return; // the browser opens it, where the frame may
    event.preventDefault();
    request("ui/open-link", { url }).catch(() => {});
  };
  return el("a", { href: url, target: "_blank", rel: "noreferrer", click: open }, text);
};

const button = (text, click, kind = "") => el("button", { type: "button", class: kind, click }, text);
const title = (text) => el("h1", { tabindex: "-1" }, text);
const footer = (...children) => el("footer", {}, ...children);

// How a card draws an answer, by its name: from structured content to elements.
const views = {};
