"""A plant of its own, because these tests write into it."""

from tests.gateway.tools.conftest import _plant, db

__all__ = ["_plant", "db"]
