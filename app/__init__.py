"""Whipround: appeals under every article, gifts by card, books that balance to the penny.

The map, from the top: the composition (`factory`, `asgi`) puts together the doors (`public`, `webhooks`, `live`,
`worker`, `cli`, `practice`), which tell the story of a gift (`donations`, `proof`) in the rooms (`appeals`,
`payments`, `receipts`) over the `ledger`; everything stands on the floor (`config`, `practice_settings`,
`extensions`, `writing`, `money`, `clock`, `errors`, `mail`, `markup`, `limits`, `networks`). Imports point down.
`docs/architecture.md` says it at length.
"""

from app.factory import create_app

__all__ = ["create_app"]
