"""Practice Stripe: a small stand-in for Stripe on a port of its own, for trying Whipround out; no money moves.

It speaks as much of Stripe's wire format as Whipround uses (API version 2026-10-28.endive), so that the official
library talks to it unchanged. Nothing in app/ imports it, and it imports only app/'s foundation: it can be
thrown away in one piece. `python -m practice` starts it.

The way of a payment: the API makes a session (`sessions`), the page takes a card (`paying`, `cards`) or debits a bank
account, which takes days (`debiting`, `bank_accounts`, `mandates`); either leaves a
payment intent (`intents`), a charge (`charges`) and events (`events`). What comes later is `settling`'s: it captures
the charge (`capturing`), ends what nobody paid, lets disputes and payouts go on. Money that was taken may go back
(`refunds`, `disputes`, `disputing`) and to the bank (`payouts`), each movement one of the `transactions`. A monthly
gift is a subscription (`subscriptions`, `changing`, `renewing`) that draws an invoice each month (`invoices`,
`collecting`). `webhooks` has what is due settled, and the events delivered signed. Everything is kept in the
`store`, in a time of its own (`simulated_time`). People see it by its `pages`, programs by its `api`.
"""
