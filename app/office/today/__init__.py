"""The first page of the office: what needs attention and what was raised; exceptions and payouts."""
