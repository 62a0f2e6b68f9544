"""Small real files to attach: a picture of an error window, drawn here pixel by pixel, and log files."""

import struct
import zlib
from datetime import datetime, timedelta

from .moments import ZONE

WIDTH, HEIGHT = 640, 300
MARGIN, TITLE_BAR, SCALE = 28, 34, 2
Colour = tuple[int, int, int]
DESKTOP: Colour = (58, 92, 118)
WINDOW: Colour = (246, 246, 244)
BAR: Colour = (38, 44, 52)
INK: Colour = (34, 34, 34)
WHITE: Colour = (255, 255, 255)
RED: Colour = (196, 50, 44)
BUTTON: Colour = (216, 220, 224)

# Letters of 5 by 7 dots: one byte for each column, the lowest bit on top.
_GLYPHS = """
! 00005f0000 " 0007000700 % 2313086462 ' 0005030000 ( 001c224100 ) 0041221c00 , 0050300000 - 0808080808 . 0060600000
/ 2010080402 0 3e5149453e 1 00427f4000 2 4261514946 3 2141454b31 4 1814127f10 5 2745454539 6 3c4a494930 7 0171090503
8 3649494936 9 064949291e : 0036360000 ? 0201510906 A 7e1111117e B 7f49494936 C 3e41414122 D 7f4141221c E 7f49494941
F 7f09090901 G 3e4149497a H 7f0808087f I 00417f4100 J 2040413f01 K 7f08142241 L 7f40404040 M 7f020c027f N 7f0408107f
O 3e4141413e P 7f09090906 Q 3e4151215e R 7f09192946 S 4649494931 T 01017f0101 U 3f4040403f V 1f2040201f W 3f4038403f
X 6314081463 Y 0708700807 Z 6151494543 _ 4040404040 À 7c1112117c È 7e4a4b4a42 Ù 3c4142403c
"""
GLYPHS = {letter: bytes.fromhex(dots) for letter, dots in zip(_GLYPHS.split()[::2], _GLYPHS.split()[1::2], strict=True)}


class Canvas:
    """A picture of WIDTH by HEIGHT points, three bytes each, in rows from the top."""

    def __init__(self) -> None:
        self.rows = [bytearray(bytes(DESKTOP) * WIDTH) for _row in range(HEIGHT)]

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle; what lies outside of the picture is cut off."""
        left, right = max(left, 0), min(left + width, WIDTH)
        for row in self.rows[max(top, 0) : top + height]:
            row[left * 3 : right * 3] = bytes(colour) * max(right - left, 0)

    def words(self, left: int, top: int, text: str, colour: Colour = INK) -> None:
        """Write in capital letters; a sign without a glyph leaves a gap."""
        for place, letter in enumerate(text.upper()):
            for column, dots in enumerate(GLYPHS.get(letter, b"")):
                for row in range(7):
                    if dots >> row & 1:
                        x = left + (place * 6 + column) * SCALE
                        self.box(x, top + row * SCALE, SCALE, SCALE, colour)

    def png(self) -> bytes:
        """The picture as a PNG file (ISO/IEC 15948): truecolour, 8 bits, no filter."""
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        points = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 9)
        parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", points), _chunk(b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def error_window(title: str, lines: list[str]) -> bytes:
    """A screenshot (PNG) of a window that tells of an error: up to six lines of about 40 letters."""
    picture = Canvas()
    picture.box(MARGIN + 5, MARGIN + 5, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, (40, 66, 86))
    picture.box(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, WINDOW)
    picture.box(MARGIN, MARGIN, WIDTH - 2 * MARGIN, TITLE_BAR, BAR)
    picture.words(MARGIN + 12, MARGIN + 10, title[:40], WHITE)
    picture.words(WIDTH - MARGIN - 26, MARGIN + 10, "X", WHITE)
    for inset, depth in ((8, 0), (4, 4), (0, 8)):  # a red sign with its corners cut
        picture.box(MARGIN + 20 + inset, 92 + depth, 44 - 2 * inset, 44 - 2 * depth, RED)
    picture.words(MARGIN + 37, 107, "!", WHITE)
    for place, line in enumerate(lines[:6]):
        picture.words(MARGIN + 84, 90 + place * 22, line[:40])
    picture.box(WIDTH - MARGIN - 120, HEIGHT - MARGIN - 46, 100, 30, BUTTON)
    picture.words(WIDTH - MARGIN - 82, HEIGHT - MARGIN - 38, "OK")
    return picture.png()


def log_file(lines: list[str], until: datetime) -> bytes:
    """A log whose last line was written shortly before `until`."""
    first = until.astimezone(ZONE) - timedelta(minutes=4, seconds=11 * len(lines))
    stamped = [
        f"{first + timedelta(seconds=11 * n, milliseconds=137 * n % 1000):%Y-%m-%d %H:%M:%S.%f}"[:-3] + f"  {line}"
        for n, line in enumerate(lines)
    ]
    return ("\n".join(stamped) + "\n").encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
