"""Gathers what the screens are made of from node_modules into var/static-src/vendor, so that the browser is served from
our own address only. Run by ``make install`` as ``python -m tongban.config.static``; harmless to run again."""

import re
import sys
from pathlib import Path

from tongban.channels.shared.icons import ICONS
from tongban.config.settings.base import ROOT, VAR

# file in node_modules -> name under /static/vendor/
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "echarts/dist/echarts.min.js": "echarts.min.js",
}
# The maps stay behind, so the line that names them would break the hashed file names.
_MAP = re.compile(rb"(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*$)\s*", re.MULTILINE)
_SHAPE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class NotInstalled(RuntimeError):
    """A front-end package is missing; the text says what to run."""


def sprite(folder: Path) -> str:
    """All icons of channels/shared/icons.py as symbols of one SVG file."""
    symbols = []
    for name in ICONS:
        found = _SHAPE.search((folder / f"{name}.svg").read_text())
        if found is None:
            raise NotInstalled(f"The icon {name} in {folder} is not an SVG; run `npm ci`.")
        drawing = " ".join(found.group(1).split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
            f'stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def gather(modules: Path = ROOT / "node_modules", target: Path = VAR / "static-src" / "vendor") -> list[Path]:
    """Copy the needed files and return them. Raises NotInstalled when npm has not been run."""
    missing = [f for f in FILES if not (modules / f).is_file()]
    icons = modules / "@tabler" / "icons" / "icons" / "outline"
    if missing or not icons.is_dir():
        raise NotInstalled(
            f"Not found under {modules}: {', '.join(missing) or icons}. Run `npm ci` in {modules.parent}."
        )
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for origin, name in FILES.items():
        content = _MAP.sub(b"", (modules / origin).read_bytes())
        made.append(_write(target / name, content))
    made.append(_write(target / "icons.svg", sprite(icons).encode()))
    return made


def _write(path: Path, content: bytes) -> Path:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
    return path


def main() -> int:
    """Command line: gather, or say what is missing."""
    try:
        made = gather()
    except NotInstalled as why:
        print(why, file=sys.stderr)
        return 1
    print(f"{len(made)} files in {made[0].parent}, {sum(p.stat().st_size for p in made) // 1024} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
