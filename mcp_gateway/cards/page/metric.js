// A metric: its figures, its rows as bars, and the report where it can be checked.
const FIGURES = [
  "downtime_hours", "total", "hours", "missing", "buy", "stock_value", "monthly_use", "share", "failures", "requests",
  "days", "tasks", "orders", "value",
];
const MOST_TILES = 6;
const LEAD = ["availability", "mtbf_hours", "mttr_hours", "failures"]; // of reliability, what people ask for first
const place = (name) => (LEAD.includes(name) ? LEAD.indexOf(name) : LEAD.length);

const change = (changes, name) => {
  const one = changes?.[name];
  if (!one) return "";
  const key = ["better", "worse"].includes(one.direction) ? one.direction : "earlier";
  return el("small", { class: key }, say(key, { value: shown(one.earlier, name) }));
};

const tiles = (overall, changes) => {
  const figures = Object.entries(overall).filter(([, value]) => typeof value === "number")
    .sort(([one], [other]) => place(one) - place(other)).slice(0, MOST_TILES);
  return figures.length ? el("dl", { class: "tiles" }, figures.map(([name, value]) => el("div", {},
    el("dt", {}, label(name)), el("dd", {}, shown(value, name), change(changes, name))))) : "";
};

const bars = (records) => {
  const figure = FIGURES.find((name) => records.some((record) => typeof record[name] === "number"));
  if (figure === undefined || records.length < 2) return [];
  const most = Math.max(...records.map((record) => Math.abs(record[figure] ?? 0)), Number.MIN_VALUE);
  const lines = records.map((record) => {
    const bar = el("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--part", `${(100 * Math.abs(record[figure] ?? 0)) / most}%`);
    return el("tr", {},
      el("th", { scope: "row" }, record.name ?? shown(record.key, "key")),
      el("td", { class: "drawn" }, bar),
      el("td", {}, record[figure] === undefined ? "–" : shown(record[figure], figure)));
  });
  return [el("table", { class: "chart" }, el("caption", {}, label(figure)), el("tbody", {}, lines)), paged(lines)];
};

const period = ({ since, until } = {}) => [since, until].filter(Boolean).map((text) => moment(text.slice(0, 10)));

const metric = (data) => {
  const about = [data.code ?? "", period(data.period).join(" – "), data.currency ?? ""].filter(Boolean).join(" · ");
  return [
    title(TEXTS[language].metrics[data.metric] ?? label(data.metric)),
    about ? el("p", { class: "quiet" }, about) : "",
    tiles(data.overall, data.changes),
    ...bars(data.groups ?? data.rows ?? []),
    footer(
      el("span", {}, [
        say("records", { count: number(data.coverage.rows_used) }),
        data.coverage.partial ? say("partial") : "",
        data.groups_left_out ? say("left_out", { count: number(data.groups_left_out) }) : "",
      ].filter(Boolean).join(" ")),
      link(say("report"), data.report_url)),
  ];
};

views.metric = metric;
