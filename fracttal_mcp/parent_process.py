"""Ends a worker whose parent process was killed, so that it does not keep the port from the next start."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 2.0


def follow_parent() -> None:
    """End this process in order soon after its parent has ended."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
