"""What an organisation sets up once: its branches."""
