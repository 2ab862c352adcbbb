"""Case 268: the product takes no files, so there is no type, size or path of one to check."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import FileField
from django.test import Client

from tests.conftest import World
from tests.factories import PASSWORD


def test_case_268_no_model_keeps_a_file() -> None:
    """OWASP ASVS 5.2."""
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    assert len(fields) > 500
    assert [field for field in fields if isinstance(field, FileField)] == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/oauth/token", "/profile/"])
def test_case_268_a_file_that_is_sent_anyway_is_not_read(world: World, path: str) -> None:
    """OWASP ASVS 5.2: no page fails because of it."""
    browser = Client()
    browser.login(email=world.owner.email, password=PASSWORD)
    sent = {"name": SimpleUploadedFile("../../etc/passwd", b"x" * 1000, "text/html")}
    assert browser.post(path, sent).status_code < 500
