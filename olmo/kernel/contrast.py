"""Colours that can be read: contrast as WCAG 2.2 defines it, and the nearest colour that has enough of it. Pure functions."""

import math
import re
from dataclasses import dataclass

TEXT = 4.5  # WCAG 2.2, success criterion 1.4.3 (AA)
_HEX = re.compile(r"#[0-9a-f]{6}")
# The papers of the two themes (tokens.css: --paper), and what stands on a coloured button.
PAPER = {"light": "#fbfaf5", "dark": "#171a16"}
INKS = {"light": "#ffffff", "dark": "#171a16"}

type Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Judged:
    """How a colour does in a theme: as words on its paper, and beneath the words of a button."""

    on_paper: float
    beneath: float

    @property
    def passes(self) -> bool:
        """Whether both can be read."""
        return min(self.on_paper, self.beneath) >= TEXT


def is_colour(text: str) -> bool:
    """Whether it is #rrggbb in small letters."""
    return _HEX.fullmatch(text) is not None


def judged(colour: str, theme: str) -> Judged:
    """A colour (#rrggbb) in a theme ("light", "dark")."""
    return Judged(ratio(colour, PAPER[theme]), ratio(colour, INKS[theme]))


def nearest(colour: str, theme: str) -> str:
    """The colour itself where it passes, else the one of its hue whose lightness lies nearest and passes."""
    light, a, b = _oklab(_rgb(colour))
    for step in range(101):
        for sign in (-1, 1) if theme == "light" else (1, -1):
            moved = light + sign * step / 100
            if 0 <= moved <= 1:
                tried = colour if step == 0 else _hex(_from_oklab(moved, a, b))
                if judged(tried, theme).passes:
                    return tried
    return INKS["dark" if theme == "light" else "light"]


def ratio(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(parts: Rgb) -> str:
    return "#" + "".join(f"{round(255 * min(1, max(0, part))):02x}" for part in parts)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * math.pow(part, 1 / 2.4) - 0.055


def _oklab(parts: Rgb) -> Rgb:
    """Source: CSS Color 4, section 10 (sample code)."""
    red, green, blue = (_linear(part) for part in parts)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(light: float, a: float, b: float) -> Rgb:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (_gamma(max(0.0, part)) for part in parts)
    return red, green, blue
