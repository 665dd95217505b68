"""Draws the pictures of the example's articles anew: `python scripts/draw_pictures.py`."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

EXAMPLES = Path(__file__).parent.parent / "examples"
PAPER, SHEET, INK, RED, DUSK, HILL, LAMP, GREEN, SOIL = (
    "#f3ead8", "#fffdf9", "#191511", "#ae1019", "#3b4a5e", "#2a3442", "#f2c14e", "#4e6b45", "#6b4d38",
)  # fmt: skip
WIDTH, HEIGHT = 1280, 720
# Drawn twice as large, so that edges are smooth when it is made smaller.
FINE = 2


class Sheet:
    """A picture that is drawn in the units of its final size."""

    def __init__(self, ground: str) -> None:
        """Begin with one colour all over."""
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), ground)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, corner: float = 0) -> None:
        """A rectangle, with rounded corners if wanted."""
        self._draw.rounded_rectangle([each * FINE for each in (left, top, right, bottom)], corner * FINE, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """A disc round a point."""
        self._draw.ellipse([each * FINE for each in (x - radius, y - radius, x + radius, y + radius)], fill=colour)

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        """Whatever lies between these points."""
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=colour)

    def person(self, x: float, ground: float, tall: float, colour: str) -> None:
        """Somebody who stands there."""
        self.disc(x, ground - tall * 0.87, tall * 0.13, colour)
        self.box(x - tall * 0.17, ground - tall * 0.71, x + tall * 0.17, ground - tall * 0.2, colour, tall * 0.13)
        self.box(x - tall * 0.13, ground - tall * 0.4, x - tall * 0.02, ground, colour)
        self.box(x + tall * 0.02, ground - tall * 0.4, x + tall * 0.13, ground, colour)

    def keep(self, name: str) -> None:
        """Write the file."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(EXAMPLES / name, "WEBP", quality=82, method=6)


def last_bus() -> None:
    """A bus in the evening, and people who wait for it."""
    sheet = Sheet(DUSK)
    sheet.disc(1060, 150, 62, SHEET)
    sheet.disc(1086, 138, 58, DUSK)
    sheet.shape([(0, 430), (190, 330), (420, 410), (700, 300), (980, 400), (1280, 320), (1280, 720), (0, 720)], HILL)
    for left, top, right in ((60, 390, 180), (196, 420, 280), (880, 380, 990), (1010, 410, 1120)):
        sheet.box(left, top, right, 560, "#1f2833")
        for x in range(left + 16, right - 24, 32):
            for y in range(top + 20, 520, 44):
                sheet.box(x, y, x + 14, y + 20, LAMP if (x + y) % 5 < 2 else HILL)
    sheet.box(0, 560, 1280, 720, INK)
    sheet.box(0, 556, 1280, 562, "#5a5247")
    sheet.box(330, 300, 860, 596, RED, 26)
    sheet.box(330, 470, 860, 486, SHEET)
    for x in range(356, 700, 88):
        sheet.box(x, 336, x + 72, 440, LAMP, 8)
        sheet.person(x + 36, 470, 92, "#7d0a11") if x != 532 else None
    sheet.box(356, 440, 700, 470, RED)
    sheet.box(722, 336, 790, 580, "#7d0a11", 6)
    sheet.box(730, 346, 782, 470, LAMP, 4)
    sheet.box(806, 330, 852, 440, LAMP, 8)
    sheet.box(560, 308, 690, 330, INK, 4)
    for x in (450, 760):
        sheet.disc(x, 596, 46, INK)
        sheet.disc(x, 596, 20, "#b9ae9b")
    sheet.shape([(858, 520), (1180, 640), (858, 600)], "#8a7440")
    sheet.box(1040, 300, 1050, 640, "#b9ae9b")
    sheet.box(1000, 290, 1090, 350, SHEET, 6)
    sheet.box(1014, 306, 1076, 318, RED)
    sheet.box(1014, 326, 1076, 332, INK)
    for x, tall, colour in ((1110, 170, "#b9ae9b"), (1170, 190, "#d9d0c0"), (1222, 130, "#b9ae9b")):
        sheet.person(x, 664, tall, colour)
    sheet.keep("last-bus.webp")


def read_in() -> None:
    """A library whose windows are lit, with readers inside."""
    sheet = Sheet("#23303f")
    for x, y in ((120, 80), (300, 140), (520, 60), (760, 110), (980, 70), (1180, 150)):
        sheet.disc(x, y, 3, SHEET)
    sheet.box(0, 600, 1280, 720, INK)
    sheet.shape([(140, 230), (640, 90), (1140, 230)], "#8d3a2e")
    sheet.box(170, 230, 1110, 610, "#a5523f")
    sheet.box(150, 220, 1130, 244, PAPER)
    sheet.box(430, 256, 850, 300, PAPER, 4)
    for place, x in enumerate(range(462, 810, 34)):
        sheet.box(x, 270, x + (22 if place % 3 else 14), 286, INK)
    for x in (220, 410, 770, 960):
        sheet.box(x - 8, 330, x + 118, 540, PAPER)
        sheet.box(x, 338, x + 110, 532, LAMP)
        for shelf in (386, 438):
            sheet.box(x, shelf, x + 110, shelf + 5, SOIL)
            for number, book in enumerate(range(x + 6, x + 100, 13)):
                tall = 22 + (number * 7 + x) % 14
                sheet.box(book, shelf - tall, book + 10, shelf, (RED, GREEN, DUSK, SOIL)[(number + x) % 4])
        sheet.person(x + 34, 532, 88, INK)
        sheet.box(x + 42, 468, x + 72, 488, SHEET)
    sheet.box(580, 350, 700, 610, PAPER)
    sheet.box(590, 360, 690, 610, "#7d0a11")
    sheet.box(600, 372, 636, 470, LAMP)
    sheet.box(644, 372, 680, 470, LAMP)
    sheet.shape([(590, 610), (690, 610), (800, 720), (480, 720)], "#8a7440")
    for x, tall in ((300, 150), (372, 120), (930, 160), (1010, 140), (1080, 165)):
        sheet.person(x, 690, tall, "#5a5247")
        sheet.box(x - 4, 690 - tall * 0.55, x + tall * 0.24, 690 - tall * 0.4, SHEET)
    sheet.keep("read-in.webp")


def allotments() -> None:
    """Rows of leeks on a field, a shed, and a board that somebody has put up."""
    sheet = Sheet("#cfe0e6")
    sheet.disc(1050, 150, 70, LAMP)
    sheet.shape([(0, 330), (300, 240), (620, 320), (960, 230), (1280, 310), (1280, 460), (0, 460)], "#7d9a6f")
    sheet.box(0, 400, 1280, 720, GREEN)
    for row in range(6):
        top, spread = 420 + row * row * 7 + row * 16, 1 + row * 0.28
        sheet.box(0, top + 14 * spread, 1280, top + 26 * spread, SOIL)
        for x in range(-20 + row * 13, 1300, int(46 * spread)):
            high = 24 * spread
            sheet.shape([(x, top + 18 * spread), (x - high * 0.7, top - high), (x - high * 0.15, top)], "#8fb573")
            sheet.shape([(x, top + 18 * spread), (x + high * 0.7, top - high), (x + high * 0.15, top)], "#a9c98b")
            sheet.box(x - 3 * spread, top, x + 3 * spread, top + 18 * spread, SHEET, 2)
    sheet.shape([(110, 300), (250, 210), (390, 300)], INK)
    sheet.box(130, 300, 370, 470, SOIL)
    for x in range(130, 370, 40):
        sheet.box(x, 300, x + 3, 470, "#553b2a")
    sheet.box(160, 340, 230, 470, "#553b2a")
    sheet.box(270, 340, 336, 400, "#cfe0e6")
    sheet.box(300, 340, 306, 400, SOIL)
    sheet.box(860, 260, 874, 500, SOIL)
    sheet.box(1066, 260, 1080, 500, SOIL)
    sheet.box(820, 230, 1120, 390, SHEET, 4)
    sheet.box(820, 230, 1120, 270, RED, 4)
    for y, right in ((292, 1080), (318, 1030), (344, 1060)):
        sheet.box(850, y, right, y + 12, INK)
    for x, tall, colour in ((560, 190, INK), (650, 170, RED)):
        sheet.person(x, 560, tall, colour)
    sheet.box(604, 380, 610, 566, SOIL)
    sheet.box(592, 540, 622, 580, "#b9ae9b", 6)
    sheet.keep("allotments.webp")


def main() -> int:
    """Draw all of them."""
    for draw in (last_bus, read_in, allotments):
        draw()
    return 0


if __name__ == "__main__":
    sys.exit(main())
