"""The pages for anyone: articles, appeals, giving, totals, receipts by link."""
