"""Appeals: what people give to, which appeal is in force, what each has raised; and branches."""
