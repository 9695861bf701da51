// Starts the Python of the page once, with its packages imported, and stores its memory:
//     node snapshot.mjs VENDOR PACKAGES OUTPUT
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [vendor, packages, output] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${vendor}/pyodide.mjs`));
const python = await loadPyodide({
  indexURL: vendor,
  _makeSnapshot: true,
});
python.FS.writeFile("/packages.zip", readFileSync(packages));
python.runPython(`
import sys
sys.path.insert(0, "/packages.zip")
from iem import page
page.warm()
import gc
gc.collect()
`);
writeFileSync(output, gzipSync(python.makeMemorySnapshot(), { level: 6 }));
