"""``python -m regiometrics``."""

from __future__ import annotations

import argparse

from . import __version__
from .reproduce import reproduce


def main() -> None:
    """Parse the command line and run the command."""
    parser = argparse.ArgumentParser(prog="python -m regiometrics", description="Quantitative regional economics.")
    parser.add_argument("--version", action="version", version=f"regiometrics {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("reproduce", help="compute the published tables and compare figure by figure")
    command.add_argument(
        "--output", metavar="DIR", help="also write the report, and each table as CSV, into this folder"
    )
    arguments = parser.parse_args()
    print(reproduce(arguments.output), end="")


if __name__ == "__main__":
    main()
