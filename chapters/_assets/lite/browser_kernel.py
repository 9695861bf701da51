"""An IPython extension for a kernel in the reader's browser.

Before a cell runs, it fetches what the cell needs from Pyodide's distribution. Where that is not reached, a
cell which needs it says so in plain words and counts as skipped, so that the cells after it still run; a
later cell that uses a name which a skipped one would have made is skipped for the same reason.
"""

from __future__ import annotations

import ast
import sys
import time
from importlib import import_module

PYPI = "files.pythonhosted.org"
DISTRIBUTION = "cdn.jsdelivr.net"
# What is not part of this site: the module, its package, its name in a sentence, where it comes from.
OUTSIDE = {
    "numpy": ("numpy", "NumPy", DISTRIBUTION),
    "scipy": ("scipy", "SciPy", DISTRIBUTION),
    "matplotlib": ("matplotlib", "Matplotlib", DISTRIBUTION),
    "sklearn": ("scikit-learn", "scikit-learn", DISTRIBUTION),
    "tqdm": ("tqdm", "tqdm", DISTRIBUTION),
    "altair": ("altair", "Altair", DISTRIBUTION),
    "igraph": ("igraph", "igraph", DISTRIBUTION),
    "flint": ("python-flint", "python-flint", PYPI),
}
# The names in a cell by which its need of a module is seen, where the cell does not import it itself.
USED = {
    "numpy": {"iem"},
    "scipy": {"iem"},
    "matplotlib": {"plots"},
    "sklearn": {"AnnealedMixture", "annealing"},
    "tqdm": {"AnnealedMixture", "annealing"},
    "altair": {"Live", "live"},
    "igraph": {"graph"},
    "flint": {"Enclosure", "Envelope", "enclosure", "Boxes", "Contact", "Falling", "Tail", "boxes"},
}
PATIENCE = 8  # seconds for the distribution to answer
PAUSE = 10  # seconds until it is asked again


def needed(source: str) -> set[str]:
    """The modules of OUTSIDE that a cell needs, as far as its names show it."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {*node.module.split("."), *(alias.name for alias in node.names)}
    return {module for module, signs in USED.items() if names & (signs | {module})}


class Cells:
    """The cells of a session: which names are absent, and for want of which module."""

    def __init__(self, shell):
        self.shell, self.absent, self.source, self.before, self.told = shell, {}, "", {}, False

    def begin(self, source: str) -> None:
        """A cell is about to run."""
        self.source, self.before, self.told = source, dict(self.shell.user_ns), False

    def want(self, error: BaseException | None) -> str | None:
        """The module of OUTSIDE for want of which an error was raised, if that is its cause."""
        while error is not None:
            name = getattr(error, "name", None) or ""
            if isinstance(error, ModuleNotFoundError) and name.split(".")[0] in OUTSIDE:
                return name.split(".")[0]
            if isinstance(error, NameError) and name in self.absent:
                return self.absent[name]
            error = error.__cause__ or error.__context__
        return None

    def skip(self, module: str) -> str:
        """Forget what the cell would have made anew, and say why it was not run."""
        try:
            nodes = list(ast.walk(ast.parse(self.shell.transform_cell(self.source))))
        except SyntaxError:
            nodes = []
        names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        names |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        for name in names:
            if self.shell.user_ns.get(name) is self.before.get(name):
                self.shell.user_ns.pop(name, None)
                self.absent[name] = module
        _, title, host = OUTSIDE[module]
        return (
            f"Not finished: this cell needs {title}, which is fetched from {host} over the network and is "
            "not here. Cells that are symbolic throughout run without a network."
        )

    # An AST transformer of IPython

    def visit(self, tree: ast.Module) -> ast.Module:
        """The cell without the imports, one name at a time, that want a module of OUTSIDE."""
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                node.names = [alias for alias in node.names if self.found(node, alias)]
        kept = [node for node in tree.body if getattr(node, "names", True)]
        tree.body = kept or [ast.Pass(lineno=1, col_offset=0)]
        return tree

    def found(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        """Whether an import is to be left to the cell: it works, or it fails for another reason."""
        bound = alias.asname or alias.name.split(".")[0]
        try:
            module = import_module(alias.name if isinstance(node, ast.Import) else node.module or "")
            if isinstance(node, ast.ImportFrom) and alias.name != "*" and not hasattr(module, alias.name):
                import_module(f"{module.__name__}.{alias.name}")
        except Exception as error:
            if wanted := self.want(error):
                self.absent[bound] = wanted
                self.shell.user_ns.pop(bound, None)
                return False
        return True


def tolerate(shell) -> Cells:
    """Let the cells of a shell be skipped where they want a module of OUTSIDE."""
    cells = Cells(shell)

    show = shell.showtraceback

    def showtraceback(exc_tuple=None, *args, **kwargs):
        """Of what a cell raised, and of what its result raised when it was shown."""
        module = cells.want((exc_tuple or sys.exc_info())[1])
        if module is None:
            show(exc_tuple, *args, **kwargs)
        elif not cells.told:
            cells.told = True
            print(cells.skip(module))

    shell.showtraceback = showtraceback
    shell.ast_transformers.append(cells)
    return cells


def load_ipython_extension(shell) -> None:
    """Start in the kernel of a browser."""
    import pyodide_js
    from pyodide_kernel import kernel

    cells, fetch_imports = tolerate(shell), kernel._load_packages_from_imports
    asked = -PAUSE

    async def reached() -> bool:
        """Whether Pyodide's distribution answers."""
        nonlocal asked
        if time.monotonic() - asked < PAUSE:
            return False
        from js import AbortSignal, fetch

        address = f"https://{DISTRIBUTION}/pyodide/v{pyodide_js.version}/full/pyodide-lock.json"
        try:
            answer = await fetch(address, method="HEAD", signal=AbortSignal.timeout(1000 * PATIENCE))
        except Exception:  # whatever the browser says of it
            answer = None
        if answer is None or not answer.ok:
            asked = time.monotonic()
            return False
        return True

    async def load(source: str) -> None:
        """Fetch what a cell needs, if it can be."""
        cells.begin(source)
        loaded = pyodide_js.loadedPackages.to_py()
        wanted = sorted(OUTSIDE[name][0] for name in needed(source) if OUTSIDE[name][0] not in loaded)
        if not wanted:
            await fetch_imports(source)
        elif await reached():
            print(f"Fetching {', '.join(wanted)} over the network, some moments.")
            await pyodide_js.loadPackage(wanted)
            await fetch_imports(source)

    kernel._load_packages_from_imports = load
