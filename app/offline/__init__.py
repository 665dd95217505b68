"""Gifts that do not come by card: cash and count sheets, cheques, standing orders, transfers, in kind; paying in."""
