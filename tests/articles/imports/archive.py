"""Archive articles of the tests' own making, in the form in which an archive gives them."""

HEAD = """\
Link to this page: https://lantern.example/articles/{number}
Posted on {posted}
{headline}
"""


def a_file(
    *body: str, number: int = 4711, posted: str = "2 May 2012 at 09:05 GMT", headline: str = "Keep the ferry running"
) -> bytes:
    """The file of an article; `body` are the lines that follow its headline."""
    head = HEAD.format(number=number, posted=posted, headline=headline)
    return (head + "\n".join(body)).encode()


EVENT = ("Saturday 5th May 2012", "12 noon", "By the slipway, 2 Harbour Road, Ambleford AM1 2QX, nearest tram Quay.")
PARAGRAPHS = ("The ferry is to stop at midsummer.", "Nobody on the far bank was asked.")
DEMANDS = ("- Keep the ferry!", "- Ask the *far* bank first.")
APPEAL = (
    "Donate to the Lantern",
    "Finance appeal",
    "Ink is dear this year.",
    "Paper is dearer.",
    "- Every pound buys forty sheets.",
)
