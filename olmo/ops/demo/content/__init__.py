"""The words of the demo: organisations and people, everyday matters in two languages, phrases. All of it is invented."""

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "it")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One everyday matter: what is asked, what comes back, and how it ends. Each list offers wordings to choose from.

    tier: where it is solved; from 2 on, `handover` says what was tried, believed and needed. wait: an internal note on what a
    supplier does. until: the words that agree on a later date. due: days in which it should be done. log: file name and
    lines; picture: title and lines of an error window.
    """

    category: str
    subjects: list[str]
    openings: list[str]
    solved: list[str]
    kind: str = "incident"
    impact: int = 2
    urgency: int = 2
    tier: int = 1
    ask: list[str] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    note: list[str] = field(default_factory=list)
    handover: str = ""
    wait: str = ""
    until: str = ""
    reply: str = ""
    also: str = ""
    code: str = "fixed"
    due: int = 0
    log: list[str] = field(default_factory=list)
    picture: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    phone: bool = False
    counter: bool = False


@dataclass(frozen=True, kw_only=True)
class Script:
    """All the matters of one language, and its phrases."""

    scenes: list[Scene]
    outage: Scene
    split: Scene
    secret: Scene
    phrases: dict[str, Any]


def articles() -> list[dict[str, Any]]:
    """What is known, in both languages: the fields of an article, and questions that must find it."""
    return list(_read("articles.toml")["articles"])


def script(language: str) -> Script:
    """What people say in "en" or "it"."""
    said = _read(f"scenes.{language}.toml")
    scenes = {name: [Scene(**scene) for scene in found] for name, found in said.items()}
    return Script(
        scenes=scenes["scenes"], outage=scenes["outages"][0], split=scenes["splits"][0], secret=scenes["secrets"][0],
        phrases=_read("phrases.toml")[language],
    )  # fmt: skip


def cast() -> dict[str, Any]:
    """Who is there: provider, teams, agents, clients with their people, custom fields, categories."""
    return _read("cast.toml")


def kept() -> dict[str, Any]:
    """What a desk has laid up, and what colleagues write to each other."""
    return _read("kept.toml")


def guard() -> dict[str, Any]:
    """Who watches over the desk, and what many reported at once."""
    return _read("guard.toml")


def plans() -> list[dict[str, Any]]:
    """What several teams do together, step by step."""
    return list(_read("plans.toml")["plans"])


def procedures() -> list[dict[str, Any]]:
    """Standard methods in both languages."""
    return list(_read("procedures.toml")["procedures"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))
