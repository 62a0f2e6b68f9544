"""Pictures from outside, written anew: what comes out holds pixels and nothing else (no scripts, no places, no second file)."""

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image

from .errors import Invalid

MOST_BYTES = 2 * 2**20
MOST_PIXELS = 20_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True)
class Picture:
    """A picture as we wrote it."""

    data: bytes
    media_type: str
    width: int
    height: int


def written_anew(data: bytes, field: str, *, longest_side: int) -> Picture:
    """Read a picture and write it as PNG, no side longer than `longest_side` pixels.

    Raises Invalid(field): larger than 2 MB, not PNG, JPEG, WebP or GIF (an SVG is a program), damaged, too many pixels.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(field, _("The picture is too large: at most %(n)d MB.") % {"n": MOST_BYTES // 2**20})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = _decoded(data, field)
    except Invalid:
        raise
    except Exception as error:  # whatever a damaged or disguised file makes the decoder do
        raise Invalid(field, _("This is no picture that can be read. Choose a PNG, JPEG or WebP file.")) from error
    image.thumbnail((longest_side, longest_side))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), "image/png", image.width, image.height)


def _decoded(data: bytes, field: str) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Invalid(field, _("The picture has too many pixels."))
        return opened.convert("RGBA")
