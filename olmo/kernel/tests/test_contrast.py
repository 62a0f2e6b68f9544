"""Text and edges stay readable in both themes, for every hue a client may choose (WCAG 2.2, 1.4.3 and 1.4.11)."""

import math
import re
import unittest
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[3] / "assets/css/tokens.css"
TEXT, EDGE = 4.5, 3.0
PAPERS = ("paper", "paper-raised", "paper-sunken", "paper-hover", "paper-selected")
SOFT = ("elm", "brick", "ochre", "slate", "plum")
TEXT_PAIRS = [
    *[(ink, paper) for ink in ("ink", "ink-2", "ink-3") for paper in PAPERS],
    *[(tone, paper) for tone in SOFT for paper in ("paper", "paper-raised", f"{tone}-soft")],
    *[(ink, f"{tone}-soft") for ink in ("ink", "ink-2", "ink-3") for tone in SOFT],
    ("on-elm", "elm-fill"), ("on-elm", "elm-fill-hover"), ("on-brick", "brick-fill"),
    ("on-ink-bar", "ink-bar"), ("on-ink-bar-2", "ink-bar"), ("paper-raised", "ochre"),
    ("brand", "paper"), ("brand", "paper-raised"), ("brand", "brand-soft"), ("on-brand", "brand-fill"),
    ("ink-2", "brand-soft"),
]  # fmt: skip
EDGE_PAIRS = [
    *[("line-firm", paper) for paper in ("paper", "paper-raised", "paper-sunken")],
    *[("focus", paper) for paper in PAPERS],
    *[(f"{tone}-line", "paper") for tone in ("elm", "brick", "ochre", "slate")],
    ("brick-line", "brick-soft"), ("ochre-line", "ochre-soft"), ("elm-fill", "paper"), ("brand-fill", "paper"),
]  # fmt: skip
Oklch = tuple[float, float, float]


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour of the sheet as its light and its dark oklch(...) arguments."""
    pair = r"--([\w-]+): light-dark\(oklch\(([^()]*(?:\([^()]*\))?[^()]*)\), oklch\(([^()]*(?:\([^()]*\))?[^()]*)\)\);"
    return {name: (light, dark) for name, light, dark in re.findall(pair, TOKENS.read_text())}


def parse(arguments: str, hue: int) -> Oklch:
    light, chroma, angle = arguments.replace("var(--brand-hue)", str(hue)).split()[:3]
    return float(light.rstrip("%")) / 100, float(chroma), math.radians(float(angle))


def linear_srgb(colour: Oklch) -> tuple[float, ...]:
    """Linear sRGB of an oklch colour, clipped to the gamut. Source: CSS Color 4, section 10 (sample code)."""
    light, chroma, angle = colour
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    return tuple(min(1.0, max(0.0, r[0] * long + r[1] * medium + r[2] * short)) for r in rows)


def contrast(one: Oklch, other: Oklch) -> float:
    """The contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, relative luminance."""
    first, second = sorted(
        (
            sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear_srgb(colour), strict=True))
            for colour in (one, other)
        ),
        reverse=True,
    )
    return (first + 0.05) / (second + 0.05)


class Contrast(unittest.TestCase):
    def setUp(self) -> None:
        self.tokens = tokens()

    def ratio(self, front: str, back: str, theme: int, hue: int = 150) -> float:
        return contrast(parse(self.tokens[front][theme], hue), parse(self.tokens[back][theme], hue))

    def assertReadable(self, pairs: list[tuple[str, str]], least: float, hue: int = 150) -> None:
        low = [
            f"{front} on {back} in {name}, hue {hue}: {ratio:.2f}"
            for theme, name in enumerate(("light", "dark"))
            for front, back in pairs
            if (ratio := self.ratio(front, back, theme, hue)) < least
        ]
        self.assertEqual(low, [])

    def test_black_on_white_is_twenty_one_to_one(self) -> None:
        self.assertAlmostEqual(contrast((0, 0, 0), (1, 0, 0)), 21, places=3)

    def test_every_text_pair_is_readable_in_both_themes(self) -> None:
        self.assertReadable(TEXT_PAIRS, TEXT)

    def test_edges_that_carry_meaning_can_be_seen(self) -> None:
        self.assertReadable(EDGE_PAIRS, EDGE)

    def test_every_hue_of_a_client_keeps_the_contrast(self) -> None:
        brand = [pair for pair in TEXT_PAIRS if any("brand" in name for name in pair)]
        for hue in range(0, 360, 5):
            self.assertReadable(brand, TEXT, hue)
            self.assertReadable([("brand-fill", "paper")], EDGE, hue)

    def test_the_marks_of_persons_are_readable(self) -> None:
        sheet = (TOKENS.parent / "components/person.css").read_text()
        hues = [int(hue) for hue in re.findall(r"--tint: (\d+);", sheet)]
        front, back = (
            [f"{light} {chroma}" for light, chroma in re.findall(r"oklch\((\S+) (\S+) var\(--tint\)\)", line)]
            for line in sheet.splitlines()
            if "var(--tint)" in line
        )
        for hue in hues:
            for theme in (0, 1):
                pair = [parse(f"{colours[theme]} {hue}", hue) for colours in (front, back)]
                self.assertGreaterEqual(contrast(*pair), TEXT, f"tint {hue}")
