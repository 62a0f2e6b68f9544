"""The `olmo` command: one table of what it can do, each loaded only when asked for."""

import contextlib
import importlib
import importlib.metadata
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from olmo.kernel.config import ConfigError, current
from olmo.ops.problems import Problem


class Needs(Enum):
    """What must be there before a command's function is called."""

    NO_SETTINGS = "no settings"  # a plain function of its input
    NOTHING = "nothing"
    DJANGO = "django"  # settings and apps loaded, no database
    DATABASE = "database"  # the database runs and is migrated; Django is loaded


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `target` is "module:function", called without arguments with `sys.argv` set up for it."""

    target: str
    needs: Needs
    help: str
    fails_with: int = 1  # the exit code when what it needs is not there

    def load(self) -> Callable[[], int | None]:
        """The function that does it."""
        module, _, function = self.target.partition(":")
        loaded: Callable[[], int | None] = getattr(importlib.import_module(module), function)
        return loaded


# A key of two words is a command with its first argument: it may need less than the command alone.
COMMANDS: dict[str, Command] = {
    "up": Command("olmo.ops.supervisor:main", Needs.NOTHING, "start everything and keep it running"),
    "web": Command("olmo.ops.web:main", Needs.NOTHING, "run only the web server"),
    "worker": Command("olmo.ops.worker:main", Needs.NOTHING, "run only the worker that does queued jobs"),
    "mail-in": Command("olmo.ops.mail_in:main", Needs.NOTHING, "run only the mail intake (SMTP, LMTP, IMAP)"),
    "database": Command("olmo.ops.database:main", Needs.NOTHING, "run only Olmo's own PostgreSQL"),
    "migrate": Command("olmo.ops.database:migrate", Needs.NOTHING, "bring the database's tables up to date"),
    "createadmin": Command("olmo.ops.createadmin:main", Needs.DATABASE, "create an administrator"),
    "demo": Command("olmo.ops.demo:main", Needs.DATABASE, "fill the desk with invented organisations and tickets"),
    "tickets": Command("olmo.ops.tickets:main_list", Needs.DATABASE, "search tickets and print them"),
    "ticket": Command("olmo.ops.tickets:main_one", Needs.DATABASE, "print one ticket with its log and messages"),
    "load": Command("olmo.ops.load:main", Needs.DATABASE, "load many tickets from a JSON-lines file"),
    "doctor": Command("olmo.ops.doctor:main", Needs.DATABASE, "check the log, roles, queue, mail and disk"),
    "backup": Command("olmo.ops.backup:main_backup", Needs.DATABASE, "save everything into one file"),
    "restore": Command("olmo.ops.backup:main_restore", Needs.NOTHING, "bring a backup into an empty data folder"),
    "mail": Command("olmo.channels.mail.cli:main", Needs.DATABASE, "deliver a message, or show how one is read"),
    # To a mail server 75 (sysexits.h) means: keep the message and try again. Any other code loses it.
    "mail deliver": Command("olmo.channels.mail.cli:main", Needs.DATABASE, "deliver a message", fails_with=75),
    "mail parse": Command("olmo.channels.mail.cli:main", Needs.DJANGO, "show how a message is read"),
    "knowledge": Command("olmo.knowledge.cli:main", Needs.DATABASE, "bring articles in, and search them"),
    "knowledge topics": Command("olmo.upkeep.cli:main", Needs.DJANGO, "measure how kinds of request are found"),
    "triage": Command("olmo.routing.triage.cli:main", Needs.NOTHING, "measure how well tickets can be triaged"),
    "sla load": Command("olmo.service_levels.loading:main", Needs.DATABASE, "bring an agreement and its calendars in"),
    "sla": Command(
        "olmo.service_levels.engine.command:main", Needs.NO_SETTINGS, "explain due times of a case given as JSON"
    ),
    "manage": Command("olmo.ops.database:manage", Needs.NOTHING, "Django's own commands"),
}


def main() -> int:
    """Run `olmo COMMAND ...`. What an operator can put right is one line on standard error and exit code 1."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return 0
    if name == "--version":
        sys.stdout.write(f"olmo {importlib.metadata.version('olmo')}\n")
        return 0
    if name not in COMMANDS:
        sys.stderr.write(f"olmo: there is no command {name}; see `bin/olmo --help`\n")
        return 2
    command = COMMANDS.get(" ".join(sys.argv[1:3]), COMMANDS[name])
    sys.argv = [f"olmo {name}", *sys.argv[2:]]
    return run(command)


def usage() -> str:
    """What `olmo --help` prints."""
    lines = [f"  {name:<12} {command.help}" for name, command in COMMANDS.items() if " " not in name]
    return "\n".join(
        (
            "Olmo, an open-source IT help desk.",
            "",
            "Usage: bin/olmo COMMAND [OPTIONS]     (bin/olmo COMMAND --help tells more)",
            "",
            *lines,
            "",
            "  --version    which Olmo this is",
            "",
            "Settings are OLMO_* environment variables: see docs/operations.md.",
            "",
        )
    )


def run(command: Command) -> int:
    """Call the command with what it needs around it."""
    asks_help = bool({"-h", "--help"} & set(sys.argv[1:]))
    try:
        with surroundings(Needs.DJANGO if asks_help and command.needs is Needs.DATABASE else command.needs):
            return command.load()() or 0
    except (ConfigError, Problem) as problem:
        sys.stderr.write(f"olmo: {problem}\n")
        return command.fails_with
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `olmo tickets | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


@contextlib.contextmanager
def surroundings(needs: Needs) -> Iterator[None]:
    """Provide what a command needs, for as long as it runs."""
    if needs is Needs.NO_SETTINGS:
        yield
        return
    current()  # a wrong setting is told before anything else happens
    if needs is Needs.NOTHING:
        yield
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "olmo.settings")
    os.environ.setdefault("OLMO_DATABASE_POOL", "0")  # one thread needs one connection
    current.cache_clear()
    with contextlib.ExitStack() as stack:
        if needs is Needs.DATABASE:
            from olmo.ops import postgres, schema

            stack.enter_context(postgres.running(current()))
            schema.prepare_elsewhere()
        import django

        django.setup()
        yield


if __name__ == "__main__":
    sys.exit(main())
