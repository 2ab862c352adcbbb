"""The way back leads to the list and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from listing.way_back import way_back

LIST = reverse("consumers")


def back(wanted: str, *names: str, method: str = "get") -> str:
    request: Any = getattr(RequestFactory(), method)("/", {"next": wanted})
    return way_back(request, *(names or ("consumers",)))


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_list_as_it_was(method: str) -> None:
    wanted = f"{LIST}?q=%C3%B1and%C3%BA&state=disabled&sort=-used&page=3"
    assert back(wanted, method=method) == wanted
    assert back(LIST, method=method) == LIST


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "/",
        "https://evil.example/",
        f"https://evil.example{LIST}",
        f"//evil.example{LIST}",
        f"///evil.example{LIST}",
        f"\\\\evil.example{LIST}",
        f"/\\evil.example{LIST}",
        f"javascript:alert(1)//{LIST}",
        f"{LIST}../../../accounts/logout/",
        f"{LIST}delete",
        f" {LIST}x",
        "/accounts/logout/",
        "http://[::1",
        f"{LIST};x",
        f"{LIST}?q={'x' * 2000}",
        f"{LIST}?q=%00%0d%0aSet-Cookie:%20a=b",
        f"{LIST}?",
        f"{LIST}#https://evil.example",
    ],
)
def test_nothing_else(wanted: str) -> None:
    assert back(wanted) == LIST


def test_one_of_several_lists() -> None:
    assert back("/profile/app-authorizations/?page=2", "consumers", "own-app-authorizations") == (
        "/profile/app-authorizations/?page=2"
    )
    assert back("/profile/app-authorizations/?page=2") == LIST
