"""The operator's commands: serve, migrate, import, verify, work."""
