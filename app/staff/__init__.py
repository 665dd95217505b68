"""Who may enter the office: people, their roles, how they prove who they are."""
