
// What stands in place of an answer: a question to the person, or a refusal.
const ERROR = "fracttal-one/error", QUESTION = "fracttal-one/question";

// Send an answer to the question. What comes back is shown, and told to the model.
const answer = async (question, given) => {
  for (const one of main.querySelectorAll("button")) one.disabled = true;
  try {
    const { call: asked, state } = question;
    const result = await call("answer_card_question", { call: asked, state, answer: given });
    tellModel(result);
    show(result, true);
  } catch {
    draw([title(say("failed"))], true);
  }
};

const accept = (question, content) => answer(question, { action: "accept", content });

// The records that may be meant. Without a way to call tools the person is told to write.
const choices = (question) => {
  const options = question.form.properties.choice.oneOf;
  const items = options.map(({ const: choice, title: text }) => el("li", {}, canCall()
    ? button(text, () => accept(question, { choice }), "choice")
    : text));
  return [
    title(question.message),
    el("ul", { class: "choices" }, items),
    paged(items),
    canCall() ? "" : el("p", { class: "quiet" }, say("in_chat")),
  ];
};

const yesOrNo = (question) => (canCall()
  ? el("div", { class: "buttons" },
    button(question.form.properties.confirm.title, () => accept(question, { confirm: true }), "first"),
    button(say("no"), () => answer(question, { action: "decline" })))
  : el("p", { class: "quiet" }, say("in_chat")));

const asksToChoose = (question) => question?.form.properties.choice !== undefined;

const asked = (question) => (asksToChoose(question)
  ? choices(question)
  : [title(question.message), yesOrNo(question)]);

// A refusal in the words of the person; the model has its reasons in the text of the answer.
const refusal = (result) => {
  const error = result._meta?.[ERROR] ?? {};
  const key = { not_found: "none_found", ambiguous: "several", not_permitted: "not_permitted" }[error.code];
  const items = (error.candidates ?? []).map((record) => el("li", {},
    Object.values(record).map((value) => shown(value)).join(" · ")));
  return { heading: say(key ?? "refused"), items };
};

const refused = (result) => {
  const { heading, items } = refusal(result);
  return [title(heading), ...(items.length ? [el("ul", { class: "records" }, items), paged(items)] : [])];
};
