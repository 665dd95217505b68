"""Mail: one message to one person, by SMTP, or into the outbox folder when no server is set."""
