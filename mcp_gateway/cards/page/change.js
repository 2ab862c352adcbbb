// What a write changes. It is shown before the person says yes, and after it was done.
const CHANGE = "fracttal-one/change";
const UNSURE = ["outcome_unknown", "partly_done"];
// Where the person was asked and said no, they know why nothing was changed.
const ASKED = ["must_ask_first", "looks_like_a_duplicate", "looks_unusual", "needs_many_calls"];

// Fields of fields become rows of their own.
const flat = (values, path = []) => Object.entries(values).flatMap(([name, value]) =>
  (value !== null && typeof value === "object" && !Array.isArray(value)
    ? flat(value, [...path, name])
    : [{ path: [...path, name], value }]));

// Of a long text it is said how much is left out: nobody should agree to what is hidden.
const LONGEST = 200;
const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (+${text.length - LONGEST})` : text);

const state = (result, question) => {
  const error = result._meta?.[ERROR];
  if (question) return ["waits", "waiting"];
  if (result.isError && !error) return ["refused", "bad"]; // the host kept to itself what it was
  if (UNSURE.includes(error?.code)) return ["unknown", "bad"];
  if (result.isError) return ["unchanged", "bad"];
  return result._meta?.["fracttal-one/repeated"] ? ["repeated", "waiting"] : ["saved", "good"];
};

// Nothing is said of what was not read, such as what only names the record.
const earlierText = (earlier, path) => {
  const name = path.join(".");
  return earlier.has(name) ? cut(shown(earlier.get(name) ?? "–", path.at(-1))) : "";
};

const table = ({ before, after }) => {
  const earlier = new Map(flat(before).map(({ path, value }) => [path.join("."), value]));
  const lines = flat(after).map(({ path, value }) => el("tr", {},
    el("th", { scope: "row" }, path.map(label).join(" · ")),
    ...(earlier.size ? [el("td", {}, earlierText(earlier, path))] : []),
    el("td", {}, cut(shown(value, path.at(-1))))));
  const heads = earlier.size ? ["field", "before", "after"] : ["field", "after"];
  return lines.length ? [
    el("table", { class: "change" },
      el("thead", {}, el("tr", {}, heads.map((key) => el("th", { scope: "col" }, say(key))))),
      el("tbody", {}, lines)),
    paged(lines),
  ] : [];
};

views.change = (data, result) => {
  const question = result._meta?.[QUESTION];
  if (asksToChoose(question)) return choices(question);
  const changed = result._meta?.[CHANGE] ?? { before: {}, after: data ?? {} };
  const [key, kind] = state(result, question);
  return [
    title(TEXTS[language].tools[changed.tool] ?? say("after")),
    el("p", { class: `state ${kind}`, role: "status" }, say(key)),
    key === "unchanged" && !ASKED.includes(result._meta[ERROR].code) ? el("p", {}, refusal(result).heading) : "",
    ...table(changed),
    question ? el("p", { class: "message" }, question.message) : "",
    question ? yesOrNo(question) : "",
    footer(link(say("page"), data?.url)),
  ];
};
