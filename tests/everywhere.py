"""Where an added kernel and an added statistic are seen: run by test_architecture in a copy, told as JSON.

Arguments: the folder of the copy, an empty folder for a small book, and the file to write.
"""

import json
import sys
from pathlib import Path

import nbformat
import sympy as sp
from docutils import nodes
from sphinx.application import Sphinx

import iem
from iem.exact import symbol


def main(root, source, told):
    """Look into every place, and write what is seen there."""
    assert Path(iem.__file__).is_relative_to(root)
    names = {"GemanMcClure", "Purity"}
    seen = {
        "public": sorted(name for name in names & set(iem.__all__) & set(dir(iem)) if getattr(iem, name))
    }
    seen["grid"] = [row[:2] for row in iem.grid(["geman-mcclure"], ["mean", "purity"]).rows()]
    seen["whole grid"] = all(
        name in table
        for name, table in zip(("geman-mcclure", "purity"), iem.grid.__defaults__, strict=False)
    )

    # The pages: the reference, the index, and the form, by the extensions of the book.
    chapters = root / "chapters"
    parts = (chapters / "api.md").read_text("utf-8").split("\n## ")
    head = "(kernel-table)=\n# Tables\n\n```{toctree}\nderive_here\n```"
    wanted = [part for part in parts if part.startswith(("Kernels", "Statistics"))]
    (source / "index.md").write_text("\n\n## ".join([head, *wanted]), "utf-8")
    (source / "derive_here.md").write_text((chapters / "derive_here.md").read_text("utf-8"), "utf-8")
    sys.path.insert(0, str(chapters / "_assets" / "ext"))
    used = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docstrings", "every", "entries"]
    settings = {"extensions": [*used, "derive_here"], "default_role": "code", "autodoc_typehints": "none"}
    app = Sphinx(source, None, source / "out", source / "tree", "pseudoxml", settings, None, None)
    app.build()
    found = list(app.env.get_doctree("index").findall(nodes.Element))
    seen["reference"] = [node["ids"][0] for node in found if node.tagname == "desc_signature"]
    seen["index"] = [entry[1] for node in found if node.tagname == "index" for entry in node["entries"]]
    seen["form"] = "".join(node.astext() for node in app.env.get_doctree("derive_here").findall(nodes.raw))

    # The chapters' own cells, with two kernels of all.
    for name in set(iem.KERNELS) - {"gaussian", "geman-mcclure"}:
        del iem.KERNELS[name]
    cells = {
        cell.id: cell.source
        for name in ("atlas", "kernel_statistic")
        for cell in nbformat.read(chapters / f"{name}.ipynb", 4).cells
    }
    said = []
    exec(cells["atl-k-2"], {"iem": iem, "print": said.append})
    seen["atlas"] = [line.split()[0] for line in said]
    space = {"iem": iem, "sp": sp, "table": iem.grid(statistics=["mean", "mode", "variance", "entropy"])}
    space |= {name: symbol(name) for name in ("z", "m", "s", "tau")}
    exec(cells["ker-live-2"].replace("\nLive(\n", "\nlive = Live(\n"), space)
    (choice,) = [p["bind"] for p in space["live"].spec()["params"] if p["name"] == "kernel"]
    seen["live"], seen["curves"] = choice["labels"], len(space["live"]._curves)
    told.write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
