"""What people read and give to: articles, appeals, which appeal is in force, and what it has raised."""
