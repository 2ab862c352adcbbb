#!/bin/sh
# The browser of clients that open one themselves: the person is there, or has gone.
[ -e "$PERSON_IS_THERE" ] || exit 1
cd "$PROJECT" && FOLLOW=1 exec "$PYTHON" -m tests.process.person "$1"
