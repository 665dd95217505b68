"""Pictures: made anew from their pixels within bounds, kept in the database; anything else is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageSequence

from app.articles import images
from app.articles.images import NotAPicture
from app.database import writing
from tests.articles.pictures import a_picture, opened


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_every_kind_comes_out_as_webp(kind, mode):
    picture = images.reencode(a_picture(kind, mode="RGB" if mode in ("CMYK", "P") else mode))
    assert (picture.width, picture.height) == (60, 40)
    assert [opened(body).format for body in picture.bodies] == ["WEBP", "WEBP"]


def test_a_large_one_comes_in_two_widths_and_a_small_one_is_not_blown_up():
    large = images.reencode(a_picture(size=(3000, 1500)))
    assert [opened(body).size for body in large.bodies] == [(640, 320), (1280, 640)]
    small = images.reencode(a_picture(size=(300, 900)))
    assert [opened(body).size for body in small.bodies] == [(300, 900), (300, 900)]


def test_nothing_but_pixels_goes_on():
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "the kitchen of the treasurer"
    exif.get_ifd(0x8825)[1] = "N"
    data = a_picture(exif=exif, comment=b"a secret", icc_profile=b"profile")
    body = images.reencode(data).bodies[0]
    for part in (b"treasurer", b"secret", b"profile", b"EXIF", b"ICCP", b"XMP "):
        assert part not in body
    picture = opened(body)
    assert not picture.getexif()
    # It was held sideways: what stood on the left is on top now.
    assert picture.size == (40, 60)
    assert picture.convert("RGB").getpixel((20, 5))[0] > 200


def test_of_a_moving_picture_the_first_frame_stands_still():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    body = io.BytesIO()
    frames[0].save(body, "GIF", save_all=True, append_images=frames[1:])
    still = opened(images.reencode(body.getvalue()).bodies[0])
    assert len(list(ImageSequence.Iterator(still))) == 1
    assert still.convert("RGB").getpixel((9, 9))[0] > 200


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be as large as one likes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        a_picture("TIFF"),
        a_picture("BMP"),
        a_picture()[:200],
        a_bomb(100_000, 100_000),
        a_bomb(20_000, 3_000),
        a_picture("PPM"),
    ],
    ids=["nothing", "text", "svg", "pdf", "tiff", "bmp", "cut", "bomb", "too many pixels", "ppm"],
)
def test_anything_else_is_refused(data):
    with pytest.raises(NotAPicture):
        images.reencode(data)


def test_a_file_that_is_too_large_is_not_looked_at():
    with pytest.raises(NotAPicture, match="too large"):
        images.reencode(b"x" * (images.LARGEST + 1))


@pytest.mark.both_databases
def test_it_is_kept_in_the_database_and_found_by_reference_and_width(app):
    picture = images.reencode(a_picture())
    with writing():
        image = images.keep(picture, "A press")
    assert images.named(image.reference) is image
    assert images.body(image.reference, 640) == picture.bodies[0]
    assert images.body(image.reference, 641) is None
    assert images.body("unknown", 640) is None
    with writing():
        other = images.keep(picture, "Another press")
    assert images.latest(10).rows == [other, image]
    assert images.latest(10, before=other.reference).rows == [image]
