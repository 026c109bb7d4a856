"""The `tongban` program: each command lives in a file of its own and is loaded only when it is called, so that
`tongban --help` answers at once."""

import importlib
import os
import sys
from typing import Any

import click

COMMANDS = {
    "up": "Start everything on this machine: database, departments, web, worker.",
    "node": "Run one node of a city of many, or make its keys.",
    "nodes": "How the nodes of the city are: lanes, what waits, who was heard.",
    "city": "A city of many nodes on this machine, and a day in it.",
    "journey": "Play the founding documents' journey through the real flows.",
    "catalog": "Check, publish or show the city's items.",
    "plan": "Compose the plans of life events: one of them, or the table over all.",
    "staff": "Hire the first member of staff.",
    "verify": "Recompute all chains, folds and audit seals.",
    "doctor": "Say what is missing on this machine and how to mend it.",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if ctx.resilient_parsing or "--help" in sys.argv[1:2]:
            return click.Command(cmd_name, short_help=COMMANDS[cmd_name])
        module = importlib.import_module(f"tongban.config.commands.{cmd_name}")
        return getattr(module, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a database that is not there is told in words instead of a page of frames."""
        try:
            return super().invoke(ctx)
        except Exception as why:
            # Only when something went wrong: the import of Django would double the time of `tongban --help`.
            from django.db import OperationalError

            if not isinstance(why, OperationalError):
                raise
            raise click.ClickException(
                f"The database does not answer ({str(why).splitlines()[0]}).\n"
                "Next: start everything with `make demo` (or `tongban up`), or set DATABASE_URL to a PostgreSQL that runs."
            ) from None


def setup_django() -> None:
    """Load the settings (embedded unless told otherwise) and the apps."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")
    import django

    django.setup()


@click.group(cls=Lazy, help="Tongban (全市通办): any counter, any item, one trip.")
def main() -> None:
    """The program's entry point."""
