"""What the small buttons of a consumer's form do: add or remove a callback, apply a preset."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from consumers.callbacks import MAX_CALLBACKS
from consumers.screens.presets import PRESETS, preset_of


def redrawn(data: QueryDict) -> dict[str, Any] | None:
    """Return the form's values after such a button, None if the form is to be saved.

    Nothing is validated or stored; the buttons work with and without JavaScript.
    """
    urls = [url.strip() for url in data.getlist("callback_urls")][: MAX_CALLBACKS + 1]
    values: dict[str, Any] = data.dict()
    if "apply_preset" in data:
        preset = preset_of(data.get("assistant", ""))
        known = {url for each in PRESETS.values() for url in each.callbacks}
        urls = [*preset.callbacks, *(url for url in urls if url and url not in known)]
        names = {str(each.name) for each in PRESETS.values()}
        if preset.slug != "other" and values.get("name", "").strip() in {"", *names}:
            values["name"] = str(preset.name)
    elif "add_callback" in data:
        urls.append("")
        values["focus_callback"] = len(urls) - 1
    elif "remove_callback" in data:
        row = str(data.get("remove_callback"))
        if row in {str(number) for number in range(len(urls))}:
            del urls[int(row)]
            values["focus_callback"] = max(0, int(row) - 1)
    else:
        return None
    return values | {
        "callback_urls": urls,
        "narrow_to_group": "narrow_to_group" in data,
        "public": "public" in data,
        "read_only": "read_only" in data,
        "may_administer": "may_administer" in data,
        "toolsets": data.getlist("toolsets"),
    }
