"""`bin/olmo createadmin`: make an administrator from the terminal; on a new Olmo it sets the desk up first."""

import argparse
import getpass
import sys
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import translation

from olmo.kernel.errors import OlmoError
from olmo.people import passwords
from olmo.people.models import Person
from olmo.tenancy.models import Provider
from olmo.tenancy.scope import EVERY_CLIENT, scope

from . import firstrun, founding
from .problems import Problem


def main(argv: Sequence[str] | None = None) -> int:
    """Make an administrator. What is not given as an option is asked for, when somebody sits at the terminal."""
    asked = _options().parse_args(argv)
    try:
        with scope(EVERY_CLIENT):
            person = _make(asked)
    except OlmoError as error:
        raise Problem(str(error)) from error
    firstrun.burn_token()
    sys.stdout.write(
        f"{person.name} <{person.email}> is an administrator and signs in at the web address of this Olmo.\n"
    )
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="olmo createadmin", description=main.__doc__)
    parser.add_argument("--name", help="the administrator's name")
    parser.add_argument("--email", help="the administrator's e-mail address")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument("--no-password", action="store_true", help="sign in by mailed link only")
    desk = parser.add_argument_group("on a new Olmo")
    desk.add_argument("--provider", help="who runs this desk")
    desk.add_argument("--desk-address", help="the desk's e-mail address")
    desk.add_argument("--client", help="the first organisation that is helped (default: Own staff)")
    desk.add_argument("--language", choices=["en", "it"], default="en")
    desk.add_argument("--time-zone", default="UTC", help="such as Europe/Rome")
    return parser


def _make(asked: argparse.Namespace) -> Person:
    is_new = not Provider.objects.exists()
    desk = _desk(asked) if is_new else None
    name, email = _given(asked.name, "Name", "--name"), _given(asked.email, "E-mail address", "--email")
    administrator = founding.Administrator(name=name, email=email, password=_password(asked, name, email))
    return founding.found(desk, administrator) if desk else founding.add_administrator(administrator)


def _desk(asked: argparse.Namespace) -> founding.Desk:
    return founding.Desk(
        provider=_given(asked.provider, "Name of your organisation", "--provider"),
        address=_given(asked.desk_address, "E-mail address of the desk", "--desk-address"),
        client=asked.client or "Own staff",
        language=asked.language,
        time_zone=asked.time_zone,
    )


def _given(value: str | None, words: str, option: str) -> str:
    if value:
        return value
    if not sys.stdin.isatty():
        raise Problem(f"{option} is missing: {words.lower()}")
    sys.stdout.write(f"{words}: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip()


def _password(asked: argparse.Namespace, name: str, email: str) -> str | None:
    """The password, checked; never from the command line, which every user of the machine can read."""
    if asked.no_password:
        return None
    if asked.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Password, once more: ") != password:
            raise Problem("The two passwords are not the same")
    else:
        raise Problem("No password: give --password-stdin or --no-password")
    try:
        with translation.override("en"):
            passwords.check(password, Person(name=name, email=email))
    except ValidationError as error:
        raise Problem(" ".join(error.messages)) from error
    return password
