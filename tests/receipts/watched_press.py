"""Run by test_rendering in a process of its own: a page that asks for `sys.argv[1]`, in the press's own set-up, while
Python reports every connection that is made and every address that is opened."""

import sys

from app.receipts import printing

address, opened = sys.argv[1], []
printing.prepare(1 << 30)


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        opened.append(arguments)
    if event == "open" and str(arguments[0]).startswith("/etc/hostname"):
        opened.append(arguments)


sys.addaudithook(watch)
press = printing._press
page = press["weasyprint"].HTML(
    string=f'<title>x</title><img src="{address}"><link rel=attachment href="{address}">'
    f'<link rel=stylesheet href="{address}"><style>@import url({address}); @font-face {{ font-family: x; '
    f"src: url({address}) }} p {{ background: url({address}); font-family: x }}</style><p>text",
    url_fetcher=press["fetcher"],
)
page.write_pdf(font_config=press["fonts"], stylesheets=press["styles"], pdf_variant="pdf/ua-1")
print(opened or "refused, and nothing was opened")
