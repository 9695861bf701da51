"""Executes the chapters and stores them with their outputs.

    python -m iem.notebooks [chapter.ipynb ...]

Without names: every `chapters/*.ipynb` below the current directory. Each notebook runs from top to
bottom in a kernel of its own, one per core at a time, in the notebook's folder. A stored notebook
is replaced in one step, and only by a run that succeeded; what is stored is canonical, so that
running it again without a change leaves the file as it is, byte for byte.

A notebook whose metadata hold `{"iem": {"reads": "chapters"}}` is computed from what the others
stored: it runs after them, and only if all of them succeeded. A run stamps the notebook with its
`digest`, by which `stale` can tell later whether the outputs are still current.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import re
import sys
import time
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from iem.stamps import VERDICT, code_cells, digest, load, reads_chapters
from iem.storing import store


def canonical(nb: NotebookNode) -> NotebookNode:
    """`nb` in place, without what differs from run to run or from machine to machine."""
    count = 0
    for cell in code_cells(nb):
        cell.metadata.pop("execution", None)
        if cell.execution_count:
            cell.execution_count = count = count + 1
        merged: list[NotebookNode] = []
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
            if merged and output.get("name") and output.get("name") == merged[-1].get("name"):
                merged[-1].text += output.text
            else:
                merged.append(output)
        cell.outputs = merged
    nb.metadata.pop("widgets", None)
    nb.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    nb.metadata.language_info = {"name": "python"}
    return nb


def settle(nb: NotebookNode, before: NotebookNode) -> NotebookNode:
    """`nb` in place, with the times of an earlier run where that gave the same results."""
    for cell, old in zip(code_cells(nb), code_cells(before), strict=False):
        for output, earlier in zip(cell.outputs, old.outputs, strict=False):
            if output.get("data") == earlier.get("data") and VERDICT in output.get("data", {}):
                output.metadata = earlier.metadata
    return nb


async def execute(path: Path, timeout: int = 600) -> None:
    """Run the notebook at `path` in a clean kernel and store it, if every cell succeeds.

    Raises nbclient's `CellExecutionError` or `CellTimeoutError`, which show the cell, and
    `RuntimeError` if the kernel dies or the stored notebook was edited meanwhile.
    """
    before, nb, code = path.read_bytes(), load(path), digest(path)
    for cell in code_cells(nb):
        cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        nb,
        kernel_name="python3",
        timeout=timeout,
        startup_timeout=120,
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        force_raise_errors=True,
        record_timing=False,
        store_widget_state=False,
        shutdown_kernel="immediate",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        await client.async_execute()
    except DeadKernelError as error:
        task = asyncio.current_task()
        if task and task.cancelling():  # what nbclient makes of a cancellation
            raise asyncio.CancelledError from error
        raise
    finally:
        if client.km is not None and client.km.has_kernel:  # cancelled while the kernel started
            await client.km.shutdown_kernel(now=True)  # type: ignore[misc]
    nb.metadata.iem = {**nb.metadata.get("iem", {}), "code": code}
    after = nbformat.writes(settle(canonical(nb), load(path))) + "\n"  # type: ignore[no-untyped-call]
    if path.read_bytes() != before:
        raise RuntimeError("edited while it was executed; not stored")
    store(path, after)


async def execute_all(paths: Sequence[Path], timeout: int) -> bool:
    """Execute the notebooks at `paths`, telling of each; returns whether all succeeded."""
    last = [path for path in paths if reads_chapters(load(path))]
    first = [path for path in paths if path not in last]
    workers = os.cpu_count() or 1
    free, count = asyncio.Semaphore(workers), itertools.count(1)

    async def attempt(path: Path) -> bool:
        async with free:
            start, error = time.monotonic(), ""
            try:
                await execute(path, timeout)
            except Exception as caught:  # whatever it is: it is shown, and the others go on
                error = f"{path}: {caught}"
        outcome = f"{'FAILED' if error else 'stored'} after {time.monotonic() - start:.1f} s"
        print(f"[{next(count)}/{len(paths)}] {path.stem}: {outcome}", flush=True)
        if error:
            print(re.sub(r"\x1b\[[0-9;]*m", "", error), file=sys.stderr, flush=True)
        return not error

    async def attempt_all(some: Sequence[Path]) -> bool:
        if some:
            print(f"executing, {workers} at a time: {_names(some)}", flush=True)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(attempt(path)) for path in some]
        return all(task.result() for task in tasks)

    if await attempt_all(first):
        return await attempt_all(last)
    if last:
        print(f"skipped, since they read the chapters: {_names(last)}", flush=True)
    return False


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.stem for path in paths)


def interruptible(work: Coroutine[Any, Any, bool]) -> bool:
    """The result of `work`; on Ctrl-C it is cancelled, and waited for until its kernels are gone.

    It has a thread of its own, since in the main one nbclient takes Ctrl-C for itself.
    """
    with closing(asyncio.new_event_loop()) as loop, ThreadPoolExecutor(1) as thread:
        task = loop.create_task(work)
        result = thread.submit(loop.run_until_complete, task)
        try:
            return result.result()
        except KeyboardInterrupt:
            loop.set_exception_handler(lambda *_: None)  # nbclient's watch over a kernel now gone
            loop.call_soon_threadsafe(task.cancel)
            raise


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 0 if every notebook was stored, 1 if not, 130 if interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m iem.notebooks", description="Execute chapters and store their outputs."
    )
    parser.add_argument("chapters", nargs="*", type=Path, help="default: chapters/*.ipynb")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one cell (600)")
    options = parser.parse_args(arguments)
    paths = options.chapters or sorted(Path("chapters").glob("*.ipynb"))
    if not paths:
        parser.error(f"no notebook in {Path('chapters').absolute()}")
    try:
        return 0 if interruptible(execute_all(paths, options.timeout)) else 1
    except KeyboardInterrupt:
        print("interrupted: the notebooks not reported above are as they were", file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    sys.exit(main())
