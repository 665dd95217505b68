"""The office: signed-in people at /office, each with a role that says what they may see and do."""
