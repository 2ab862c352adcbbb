"""The mail backend of a production installation without EMAIL_URL: it sends and prints nothing.

Printed messages would put working links for passwords and invitations into the log.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        logger.error("%d message(s) not sent: EMAIL_URL is not set", len(email_messages))
        return 0
