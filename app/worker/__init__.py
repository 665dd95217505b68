"""What is due: events to follow up, receipts to issue, render and mail. The rows that say so are the queue."""
