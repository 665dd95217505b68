"""The people of the office, their roles, and the audit trail of what they did."""
