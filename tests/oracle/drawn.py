"""What the tests of the oracle draw from, and their noon."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from tests.oracle.calendars import calendar
from tests.oracle.scripted import QUIRKS

NOON = calendar("UTC", dt.datetime(2026, 11, 28, 15, tzinfo=dt.UTC))
FACES = st.binary(min_size=30, max_size=30)
# The test chooses the position of the unreadable row.
UNREADABLE = st.builds(replace, QUIRKS, is_no_object=st.booleans())
