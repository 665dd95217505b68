"""Practice Stripe: a small stand-in for Stripe on a port of its own, for trying Whipround out; no money moves.

It speaks as much of Stripe's wire format as Whipround uses (API version 2026-10-28.endive), so that the official
library talks to it unchanged. Nothing of ours imports it, and it imports nothing of ours but the floor: it can be
thrown away in one piece. `python -m app.practice` starts it.

The way of a payment: `api` makes a session (`sessions`), `page` takes a card (`paying`, `cards`), which leaves a
payment intent (`intents`), a charge (`charges`) and events (`events`); `rounds` settles the charge (`settling`), ends
what nobody paid, and delivers the events signed (`mailbag`, `posting`). Everything is kept in the `drawer`.
"""
