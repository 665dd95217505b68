"""The operator's door: serve, migrate, import, verify, work."""
