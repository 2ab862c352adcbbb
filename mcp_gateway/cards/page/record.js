// A work order or an asset, with what happened to it, newest first.
const ORDER_FACTS = ["responsible", "created_by", "completed_percentage", "total_cost", "status_note"];
const ASSET_FACTS = ["type", "location", "manufacturer", "model", "serial_number", "category", "available"];
const ASSET_HISTORY = ["history", "downtime", "location_history"];

const event = (at, key, text = "", url = "") => (at ? [{ at, key, text, url }] : []);

const eventsOfOrder = (order) => [
  ...event(order.created_at, "created", order.created_by),
  ...event(order.in_review_since, "in_review"),
  ...event(order.closed_at, "closed", order.validated_by),
  ...order.tasks.flatMap((task) => {
    const what = order.tasks.length > 1 ? task.description : ""; // the only one is the title of the card
    return [
      ...event(task.scheduled_at, "scheduled", what),
      ...event(task.started_at, "started", what),
      ...event(task.finished_at, "finished", what),
      ...event(task.failure?.happened_at, "failure", [task.failure?.type, task.failure?.cause].filter(Boolean).join(" · ")),
    ];
  }),
];

const eventsOfAsset = (asset) => [
  ...(asset.downtime ? [] : event(asset.out_of_service_since, "stopped")),
  ...(asset.downtime ? [] : event(asset.last_back_in_service_at, "back")),
  ...(asset.downtime ?? []).flatMap((stop) => [...event(stop.since, "stopped"), ...event(stop.until, "back")]),
  ...(asset.location_history ?? []).flatMap((move) => event(move.moved_at, "moved",
    [move.source, move.destination].filter(Boolean).join(" → "))),
  ...(asset.history ?? []).flatMap((work) => event(work.finished_at ?? work.scheduled_at,
    work.finished_at ? "finished" : "scheduled", `${work.folio} · ${work.task}`, work.url)),
];

const timeline = (events) => {
  if (!events.length) return [el("p", { class: "quiet" }, say("no_events"))];
  const newest = events.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
  const items = newest.map(({ at, key, text, url }) => el("li", { class: key },
    el("time", { datetime: at }, shown(at)), el("strong", {}, say(key)),
    text ? el("span", { class: "what" }, (url && link(text, url)) || text) : undefined));
  return [el("h2", {}, say("timeline")), el("ol", { class: "timeline" }, items), paged(items)];
};

const facts = (data, names) => {
  const known = names.filter((name) => data[name] !== undefined && data[name] !== "");
  const money = (name) => (name === "total_cost" && data.currency ? ` ${data.currency}` : "");
  return known.length ? el("dl", { class: "facts" }, known.map((name) => el("div", {},
    el("dt", {}, label(name)), el("dd", {}, shown(data[name], name) + money(name))))) : "";
};

const chips = (data) => {
  const texts = ["status", "priority"].filter((name) => data[name]).map((name) => shown(data[name], name));
  const marks = texts.map((text) => el("span", { class: "chip" }, text));
  if (data.overdue) marks.push(el("span", { class: "chip bad" }, label("overdue")));
  if (data.available === false) marks.push(el("span", { class: "chip bad" }, say("stopped")));
  return marks.length ? el("p", { class: "chips" }, marks) : "";
};

const history = (asset) => {
  const read = async (clicked) => {
    clicked.currentTarget.disabled = true;
    try {
      show(await call("get_asset", { code: asset.code, include: ASSET_HISTORY }), true);
    } catch {
      draw([title(say("failed"))], true);
    }
  };
  return canCall() && !ASSET_HISTORY.some((name) => asset[name]) ? button(say("history"), read) : "";
};

const record = (data) => {
  const isOrder = data.folio !== undefined;
  const name = isOrder ? data.tasks[0]?.description : data.name;
  return [
    title([isOrder ? data.folio : data.code, name].filter(Boolean).join(" · ")),
    chips(data),
    facts(isOrder ? { ...data, asset: data.tasks[0]?.asset } : data, isOrder ? ["asset", ...ORDER_FACTS] : ASSET_FACTS),
    ...timeline(isOrder ? eventsOfOrder(data) : eventsOfAsset(data)),
    footer(isOrder ? "" : history(data), link(say("page"), data.url)),
  ];
};

views.record = record;
