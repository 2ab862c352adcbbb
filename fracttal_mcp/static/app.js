// Small comforts. Every page works without this file.
"use strict";

document.documentElement.classList.add("js");

// Copy buttons: <button data-copy="text" data-copied="Copied">.
async function copy(button) {
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const area = document.createElement("textarea");
    area.value = button.dataset.copy;
    (button.closest("dialog") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  if (button.closest("[data-once]")) keepSafe();
  if (button.dataset.busy) return;
  button.dataset.busy = "1";
  button.classList.add("copied");
  label.textContent = button.dataset.copied;
  setTimeout(() => {
    label.textContent = before;
    button.classList.remove("copied");
    delete button.dataset.busy;
  }, 2000);
}

// What is shown once: leaving asks, until it was copied or the person says that it is kept.
function keepSafe() {
  document.querySelector("[data-guard]")?.removeAttribute("data-guard");
}

function mayLeave() {
  const guard = document.querySelector("[data-guard]");
  if (guard && !confirm(guard.dataset.guard)) return false;
  keepSafe();
  return true;
}

addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-guard]")) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-kept]") && event.target.checked) keepSafe();
});

// The panel: a dialog that htmx fills; closing it forgets what it showed.
const panel = document.getElementById("panel");

function closePanel() {
  if (!mayLeave()) return;
  const saved = panel.querySelector("[data-saved]");
  if (panel.dataset.typed && !saved && !confirm(panel.dataset.unsaved)) return;
  panel.close();
  panel.replaceChildren();
  delete panel.dataset.typed;
  if (saved) location.reload();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) return void copy(button);
  const beside = event.target === panel && !panel.dataset.typed;
  if (panel?.open && (beside || event.target.closest("[data-close]"))) {
    event.preventDefault();
    return void closePanel();
  }
  closeOtherMenus(event);
});

// A menu that was left, by mouse or by Tab, covers nothing any more.
function closeOtherMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

document.addEventListener("focusin", closeOtherMenus);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A slip must not lose what was typed: a click beside the panel does nothing then, Close and Escape ask first.
panel?.addEventListener("input", () => (panel.dataset.typed = "1"));

panel?.addEventListener("cancel", (event) => {
  event.preventDefault();
  closePanel();
});

// A form on a page of its own: leaving it with something typed asks first, sending it does not. The pages without
// the bar, of signing in and approving, ask nothing.
const OWN_FORMS = "body:has(> .topbar) main form[method=post]:not(.chooser)";

document.addEventListener("input", (event) => {
  const form = event.target.closest(OWN_FORMS);
  if (form && !(panel?.showModal && panel.contains(form))) form.dataset.typed = "1";
});

document.addEventListener("submit", (event) => {
  delete event.target.dataset.typed;
});

// What was sent back with errors is not saved yet.
for (const wrong of document.querySelectorAll(`${OWN_FORMS} [aria-invalid=true]`)) wrong.form.dataset.typed = "1";

addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-typed]")) event.preventDefault();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target === panel && panel.showModal && !panel.open) panel.showModal();
});

// What is shown once must not come back with the back button.
addEventListener("pagehide", () => {
  for (const once of document.querySelectorAll("[data-once]")) once.remove();
});

// Answers with 422 carry the form with its errors, and with 409 what became of it: show them where the form was.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Where the server or the network fails, the page says so in the place where the person looks.
function sayFailed(event) {
  if (event.target.closest("[data-quiet]")) return; // what this message tells of goes on without it
  const place = (panel?.open && panel.querySelector(".panel-body")) || document.getElementById("main");
  document.querySelector("[data-failed]")?.remove();
  place.prepend(document.getElementById("failed").content.cloneNode(true));
  place.firstElementChild.focus();
}

// A download leaves its page as it is. What waits for it is told apart from the form, whose event htmx would end.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-download]")) document.body.dispatchEvent(new Event("download-begun"));
});

document.addEventListener("htmx:responseError", sayFailed);
document.addEventListener("htmx:sendError", sayFailed);

// Rows chosen by checkbox: the actions appear with the first one, "all" follows. `every` means all rows that
// match, also on other pages; whoever clears a row no longer means them all.
function countChosen(form) {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const every = form.querySelector("[data-every]");
  const chosen = boxes.filter((box) => box.checked).length;
  form.classList.toggle("has-chosen", chosen > 0);
  const count = form.querySelector("[data-chosen]");
  if (count) count.textContent = every?.checked ? every.dataset.every : chosen;
  const all = form.querySelector("[data-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.chooser");
  if (!form) return;
  const every = form.querySelector("[data-every]");
  if (event.target.matches("[data-all], [data-every]")) {
    for (const box of form.querySelectorAll("tbody input[type=checkbox]")) box.checked = event.target.checked;
  }
  if (every && event.target !== every) every.checked = false;
  countChosen(form);
});

// A slow answer: say that the decision is on its way, so that nobody takes the page for dead.
document.addEventListener("submit", (event) => {
  const place = event.target.querySelector("[data-sending]");
  if (place && !event.submitter?.hidden) place.textContent = place.dataset.sending;
});

addEventListener("pageshow", () => {
  for (const place of document.querySelectorAll("[data-sending]")) place.textContent = "";
});
