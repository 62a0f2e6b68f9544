"""Draw the icons that devices want as PNG from olmo.svg (they are kept beside it): .venv/bin/python assets/icons/draw.py"""

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAPER = "#fbfaf5"
ICONS = (
    ("olmo-180.png", 180, 0.14, PAPER),
    ("olmo-192.png", 192, 0.02, ""),
    ("olmo-512.png", 512, 0.02, ""),
    ("olmo-mask.png", 512, 0.2, PAPER),
)
PAGE = '<body style="margin:0;background:{paper}"><div style="padding:{edge}px;width:{inner}px;height:{inner}px">{svg}</div>'


def main() -> None:
    """Each icon: its size, the share of empty edge, its paper (none: see-through)."""
    svg = (HERE / "olmo.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, size, share, paper in ICONS:
            page = browser.new_page(viewport={"width": size, "height": size})
            edge = round(size * share)
            page.set_content(PAGE.format(paper=paper or "transparent", edge=edge, inner=size - 2 * edge, svg=svg))
            page.screenshot(path=HERE / name, omit_background=not paper)


if __name__ == "__main__":
    main()
