// The records that a search found. The one that the person chooses is shown in their place.
const READERS = { work_order: ["get_work_order", "folio"], asset: ["get_asset", "code"] };

const choose = async (id, reader) => {
  for (const one of main.querySelectorAll("button")) one.disabled = true;
  try {
    const result = await call(reader[0], { [reader[1]]: id });
    tellModel(result);
    show(result, true);
  } catch {
    draw([title(say("failed"))], true);
  }
};

const choice = (data) => {
  if (data.results === undefined) return views.record(data);
  if (!data.results.length) return [title(say("none_found"))];
  const items = data.results.map(({ id, title: text, url }) => {
    const kind = id.slice(0, id.indexOf(":"));
    const reader = canCall() ? READERS[kind] : undefined;
    return el("li", {}, reader
      ? button(text, () => choose(id.slice(kind.length + 1), reader), "choice")
      : link(text, url) || text);
  });
  return [title(say("choose")), el("ul", { class: "choices" }, items), paged(items)];
};

views.choice = choice;
