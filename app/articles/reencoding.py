"""Re-encoding one picture, as a program of its own: bytes of any kind come in, pictures that we made go out.

`illustrations` starts it; the kernel holds it to its limits, since a file of twenty kilobytes may ask for a gigabyte.
It imports nothing of ours. What it writes is JSON (width and height of the largest) on one line, then each file as
its length in ASCII on a line and its bytes, in the order of the widths it was given.
"""

import io
import json
import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

# What may come in. HEIC is left out: its decoders are many lines of C that nobody has to trust for this.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# Camera pictures have up to fifty million pixels; nothing larger is looked at.
_MOST_PIXELS = 50_000_000
_QUALITY = 80
# What this program may use: bytes of memory, seconds of the processor. It writes no file at all.
_LIMITS = ((resource.RLIMIT_AS, 1024**3), (resource.RLIMIT_CPU, 20), (resource.RLIMIT_FSIZE, 0))


def main(widths: list[int]) -> int:
    """Read a picture from standard input and write its files; 1 when it is none that we take."""
    for limit, most in _LIMITS:
        resource.setrlimit(limit, (most, most))
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        picture = _upright(sys.stdin.buffer.read(), max(widths))
        files = [_file(picture, width) for width in widths]
    except (OSError, ValueError, SyntaxError, MemoryError, Warning, Image.DecompressionBombError):
        return 1
    largest = files[-1][0]
    out = sys.stdout.buffer
    out.write(json.dumps(largest).encode() + b"\n")
    for _size, body in files:
        out.write(f"{len(body)}\n".encode() + body)
    out.flush()
    return 0


def _upright(data: bytes, widest: int) -> Image.Image:
    """The first frame as its camera was held, in plain colours, without anything else that the file says of it."""
    opened = Image.open(io.BytesIO(data), formats=_FORMATS)
    # A JPEG is decoded in about the size that is wanted, which takes a fraction of the memory.
    opened.draft("RGB", (widest * 2, widest * 2))
    opened.seek(0)
    upright = ImageOps.exif_transpose(opened)
    has_gaps = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_gaps else "RGB")
    # Only the pixels go on: no EXIF, no place where it was taken, no profile, no thumbnail.
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _file(picture: Image.Image, width: int) -> tuple[tuple[int, int], bytes]:
    """The picture as WebP, at most so wide; a smaller one keeps its size."""
    shown = picture
    if picture.width > width:
        height = max(1, round(picture.height * width / picture.width))
        shown = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    body = io.BytesIO()
    shown.save(body, "WEBP", quality=_QUALITY, method=4)
    return shown.size, body.getvalue()


if __name__ == "__main__":
    # Started by its path, it must not find our own modules where it looks for the library's.
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    raise SystemExit(main([int(width) for width in sys.argv[1:]]))
