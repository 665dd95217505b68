"""Whipround: appeals under every article, gifts by card, books that balance to the penny.

The map, from the top: the composition (`factory`, `asgi`) puts together the interfaces (`public`, `office`,
`webhooks`, `live`, `worker`, `cli`; `web` is what their pages share). They use the workflows (`reconciliation`,
`offline`, `donations`), which say what happens to a gift, and the domain's packages (`appeals`, `articles`, `donors`,
`payments`, `receipts`, `bank`, `staff`, `emails`), which know one subject each, over the `ledger` and the `audit`
trail. Everything stands on the foundation (`config`, `database`, `services`, `paging`, `money`, `clock`, `errors`,
`markup`, `subject`, `limits`). Imports point down. `docs/architecture.md` says it at length.
"""

from app.factory import create_app

__all__ = ["create_app"]
