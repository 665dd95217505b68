"""Emails: one row that is due, its words, and sending it by SMTP or into the outbox folder."""
