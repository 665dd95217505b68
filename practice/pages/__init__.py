"""Pages in a browser: the payment page, the portal, an invoice, and the dashboard with its controls."""
