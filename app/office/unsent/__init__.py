"""What was typed in a form that could not be sent: kept until its writer has signed in again."""
