"""All benches, one after another, each in a process of its own: `make bench`.

uv run python -m bench [--quick] [acceptances|pages|memory|search|plans|submits|bags|hand_overs|many_nodes …]
"""

import subprocess
import sys
import time

import click

from bench.lab import console

BENCHES = ("acceptances", "pages", "memory", "search", "plans", "submits", "bags", "hand_overs")

# Eight minutes and most of the memory of the machine: only when it is asked for by name.
LONG = ("many_nodes",)


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Small and short: shows that the benches work, not how fast the city is.")
@click.argument("names", nargs=-1, type=click.Choice((*BENCHES, *LONG)))
def main(quick: bool, names: tuple[str, ...]) -> None:
    """Run the benches named, all when none is."""
    failed = []
    for name in names or BENCHES:
        console.rule(f"[bold]{name}")
        begun = time.monotonic()
        done = subprocess.run([sys.executable, "-m", f"bench.{name}", *(["--quick"] if quick else [])])
        console.print(f"[dim]{name}: {time.monotonic() - begun:.0f} s[/dim]")
        if done.returncode:
            failed.append(name)
    if failed:
        console.print(f"[red]failed: {', '.join(failed)}[/red]")
        sys.exit(1)


if __name__ == "__main__":
    main()
