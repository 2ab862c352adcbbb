"""The rule for forms on pages whose answer leads to an assistant (Content-Security-Policy, `form-action`)."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import HttpResponse


def allow_any_redirect(response: HttpResponse) -> None:
    """Browsers hold every redirect after a form to its page's `form-action`, and callbacks lead on: claude.ai
    to `claude://`, vscode.dev to the editor. No list can know these hops, so the directive is left out. The
    page's own forms post to fixed addresses of ours, and the callback was checked before the page was drawn.
    """
    csp_replace({"form-action": None})(lambda: response)()
