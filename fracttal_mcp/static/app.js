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

// The panel: a dialog that htmx fills; closing it forgets what it showed.
const panel = document.getElementById("panel");

function closePanel() {
  const saved = panel.querySelector("[data-saved]");
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

// A slip of the mouse beside the panel must not lose what was typed: then only Close and Escape leave it.
panel?.addEventListener("input", () => (panel.dataset.typed = "1"));

panel?.addEventListener("cancel", (event) => {
  event.preventDefault();
  closePanel();
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
function sayFailed() {
  const place = (panel?.open && panel.querySelector(".panel-body")) || document.getElementById("main");
  document.querySelector("[data-failed]")?.remove();
  place.prepend(document.getElementById("failed").content.cloneNode(true));
  place.firstElementChild.focus();
}

document.addEventListener("htmx:responseError", sayFailed);
document.addEventListener("htmx:sendError", sayFailed);

// Rows chosen by checkbox: the actions appear with the first one, "all" follows.
function countChosen(form) {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const chosen = boxes.filter((box) => box.checked).length;
  form.classList.toggle("has-chosen", chosen > 0);
  const count = form.querySelector("[data-chosen]");
  if (count) count.textContent = chosen;
  const all = form.querySelector("[data-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form.chooser");
  if (!form) return;
  if (event.target.matches("[data-all]")) {
    for (const box of form.querySelectorAll("tbody input[type=checkbox]")) box.checked = event.target.checked;
  }
  countChosen(form);
});
