"""How programs register themselves, and how a company decides about them (RFC 7591, RFC 7592)."""
