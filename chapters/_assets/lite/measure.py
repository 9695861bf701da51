"""Which cells of the chapters run without what is not part of the site; stored in `offline.json` here.

    python chapters/_assets/lite/measure.py [CHAPTER ...]

Without names: every chapter with a cell that was changed since. Each runs as it would in a browser without
a network: the modules of `browser_kernel.OUTSIDE` cannot be imported. The result is stored for each cell
with the digest of its source.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from iem.storing import store

HERE = Path(__file__).resolve().parent
CHAPTERS = HERE.parents[1]
STORED = HERE / "offline.json"


def digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:12]


def run(path: Path) -> dict[str, list]:
    """For each cell the digest of its source, and the module for want of which it was skipped."""
    import browser_kernel
    from IPython.core.interactiveshell import InteractiveShell

    class Blocked:
        def find_spec(self, name, path=None, target=None):
            if name.split(".")[0] in browser_kernel.OUTSIDE:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    sys.meta_path.insert(0, Blocked())
    os.chdir(path.parent)
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    cells, found, wanted = browser_kernel.tolerate(shell), {}, []
    skip = cells.skip
    cells.skip = lambda module: wanted.append(module) or skip(module)
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        wanted.clear()
        cells.begin(source)
        result = shell.run_cell(source, store_history=True)
        if result.error_before_exec or (result.error_in_exec and not wanted):
            raise SystemExit(f"{path.name}, cell {cell['id']}: {result.error_in_exec!r}")
        found[cell["id"]] = [digest(source), wanted[0] if wanted else ""]
    return found


def known(path: Path, stored: dict) -> bool:
    """Whether every cell of a chapter was measured as it is."""
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    now = {cell["id"]: digest("".join(cell["source"])) for cell in cells}
    return now == {name: source for name, (source, _) in stored.get(path.stem, {}).items()}


def main(names: list[str]) -> None:
    paths = sorted(CHAPTERS.glob("*.ipynb"))
    stored = json.loads(STORED.read_text("utf-8")) if STORED.exists() else {}

    def measured(path: Path) -> tuple[str, dict]:
        if path.stem not in names if names else known(path, stored):
            return path.stem, stored[path.stem]
        print(path.stem, flush=True)
        code = "import json, measure, pathlib, sys; found = measure.run(pathlib.Path(sys.argv[1])); "
        code += "print(); print(json.dumps(found))"
        environment = {**os.environ, "PYTHONPATH": f"{HERE}:{CHAPTERS.parent}"}
        command = [sys.executable, "-c", code, path]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{path.stem}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return path.stem, json.loads(done.stdout.splitlines()[-1])

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        found = dict(workers.map(measured, paths))
    store(STORED, json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
