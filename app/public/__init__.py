"""The door for anyone: articles, appeals, giving, totals, receipts by link."""
