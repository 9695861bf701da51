"""The command line: `iem derive KERNEL STATISTIC`, `iem grid`, `iem claims`."""

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
    if arguments.code:
        return str(a.code(arguments.code))
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


def table(arguments: argparse.Namespace) -> str:
    """Every kernel with every statistic, derived on the spot."""
    from .table import grid

    made = grid(arguments.kernels) if arguments.kernels else grid()
    return str(made if arguments.format == "text" else getattr(made, arguments.format)())


def claims(arguments: argparse.Namespace) -> str | tuple[str, int]:
    """The ledger: every claim with its status, from the stored runs of the chapters or from new ones."""
    from .ledger import badge, table

    book = Path(arguments.book) if arguments.book else None
    if arguments.badge:
        return badge(book).rstrip()
    if arguments.check:
        from .recheck import recheck

        differences = recheck(book)
        count = "every verdict was reached again" if not differences else f"{len(differences)} differ"
        return "\n".join([*differences, count]), 1 if differences else 0
    return table(book)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; errors of `iem` go to standard error with exit status 2."""
    parser = argparse.ArgumentParser(prog="iem", description="Activations as posterior statistics.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("derive", help="derive an activation from a kernel and a statistic")
    one.add_argument("kernel", help="a name such as student-t, or a formula in u such as log(cosh(u/s))")
    one.add_argument("statistic", help="mean, mode, full, variance, entropy and so on")
    one.add_argument("--code", metavar="LIBRARY", help="print a function for numpy, torch or jax instead")
    one.add_argument("--latex", action="store_true", help="print LaTeX instead of plain text")
    one.set_defaults(run=derive)
    three = commands.add_parser("grid", help="derive every kernel with every statistic")
    three.add_argument("kernels", nargs="*", help="names or formulas; by default every kernel")
    three.add_argument("--format", choices=("text", "markdown", "latex", "html"), default="text")
    three.set_defaults(run=table)
    two = commands.add_parser("claims", help="list every claim with its status")
    two.add_argument("--book", metavar="FOLDER", help="the folder that holds claims.yml")
    how = two.add_mutually_exclusive_group()
    how.add_argument(
        "--check",
        action="store_true",
        help="execute the chapters in a temporary copy; fail unless every stored verdict is reached again",
    )
    how.add_argument("--badge", action="store_true", help="print the count of established claims as SVG")
    two.set_defaults(run=claims)
    arguments = parser.parse_args(argv)
    status = 0
    try:
        printed = arguments.run(arguments)
        if isinstance(printed, tuple):
            printed, status = printed
        print(printed, flush=True)
    except BrokenPipeError:  # a reader such as `head` has seen enough
        sys.stdout = None
    except IemError as error:
        print(f"iem: {error}", file=sys.stderr)
        return 2
    except OSError as error:  # such as a full disk
        sys.stdout = None
        print(f"iem: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
