"""Self-registration of programs and the company's decision about them (RFC 7591, RFC 7592)."""
