"""``python -m regiometrics``."""

from __future__ import annotations

import argparse

from . import __version__, set_language
from .reproduce import reproduce


def main() -> None:
    """Parse the command line and run the command."""
    parser = argparse.ArgumentParser(prog="python -m regiometrics", description="Quantitative regional economics.")
    parser.add_argument("--version", action="version", version=f"regiometrics {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("reproduce", help="compute the published tables and compare figure by figure")
    command.add_argument(
        "--output",
        metavar="DIR",
        help="also write the report, as text and as an HTML page with figures, and each table as CSV, into this folder",
    )
    command.add_argument("--language", choices=("en", "zh"), default="en", help="language of the report (default: en)")
    arguments = parser.parse_args()
    set_language(arguments.language)
    print(reproduce(arguments.output), end="")


if __name__ == "__main__":
    main()
