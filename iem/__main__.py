"""The command line: `iem derive KERNEL STATISTIC`, `iem claims`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import IemError


def derive(arguments: argparse.Namespace) -> str:
    """A derivation from the energies to the activation, as plain text or LaTeX."""
    from .activations import activation
    from .render import plain

    a = activation(arguments.kernel, arguments.statistic)
    if arguments.latex:
        return "\n\n".join(f"\\[\n{chain.latex()}\n\\]" for chain in (a.gap, a.derivation))
    first, second = map(plain, a.energies)
    return "\n".join(
        [
            f"{a}",
            "",
            f"d_+(z) = {first}",
            f"d_-(z) = {second}",
            "",
            str(a.gap),
            "",
            str(a.derivation),
        ]
    )


def claims(arguments: argparse.Namespace) -> str:
    """The ledger: every claim with its status, from the stored runs of the chapters."""
    from .ledger import table

    return table(Path(arguments.book) if arguments.book else None)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; errors of `iem` go to standard error with exit status 2."""
    parser = argparse.ArgumentParser(prog="iem", description="Activations as posterior statistics.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("derive", help="derive an activation from a kernel and a statistic")
    one.add_argument("kernel", help="gaussian or laplace")
    one.add_argument("statistic", help="mean, mode or full")
    one.add_argument("--latex", action="store_true", help="print LaTeX instead of plain text")
    one.set_defaults(run=derive)
    two = commands.add_parser("claims", help="list every claim with its status")
    two.add_argument("--book", metavar="FOLDER", help="the folder that holds claims.yml")
    two.set_defaults(run=claims)
    arguments = parser.parse_args(argv)
    try:
        print(arguments.run(arguments), flush=True)
    except BrokenPipeError:  # a reader such as `head` has seen enough
        sys.stdout = None
    except IemError as error:
        print(f"iem: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
