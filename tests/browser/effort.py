"""Counts what a person does in a browser, from the events that the pages get.

A click counts once, on whatever can be pressed; a field counts once, however it is filled, with the click
into it; a window change is an action in another window than the action before.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page

# Only what the person does is trusted: what scripts dispatch is not (DOM standard, 2.2).
LISTEN = """
const told = new WeakSet();
const isText = (it) => it.matches("textarea, select, input:not([type=checkbox], [type=radio])");
addEventListener("click", (event) => {
  const pressed = event.target.closest?.("a, button, summary, label, input, select, textarea");
  if (event.isTrusted && pressed && !isText(pressed.control ?? pressed)) acted("click");
}, true);
addEventListener("input", (event) => {
  if (event.isTrusted && isText(event.target) && !told.has(event.target)) {
    told.add(event.target);
    acted("field");
  }
}, true);
"""


class Effort:
    def __init__(self, context: BrowserContext) -> None:
        self.clicks = self.fields = self.window_changes = 0
        self._window: Page | None = None
        context.expose_binding("acted", self._acted)
        context.add_init_script(LISTEN)

    def _acted(self, source: dict[str, Any], what: str) -> None:
        if self._window not in (None, source["page"]):
            self.window_changes += 1
        self._window = source["page"]
        if what == "click":
            self.clicks += 1
        else:
            self.fields += 1
