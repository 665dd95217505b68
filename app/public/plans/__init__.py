"""What donors see and change of their monthly plans."""
