"""The admin REST API of a company: what its administrators do on the screens, for programs."""
