// Starts the Python of the page once, with its packages imported, and stores its memory:
//     node snapshot.mjs VENDOR OUTPUT WHEEL...
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const [vendor, output, ...wheels] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${vendor}/pyodide.mjs`));
const python = await loadPyodide({
  indexURL: vendor,
  _makeSnapshot: true,
});
wheels.forEach((wheel, i) => python.FS.writeFile(`/${i}.whl`, readFileSync(wheel)));
python.runPython(`
import sys
sys.path[:0] = ${JSON.stringify(wheels.map((_, i) => `/${i}.whl`))}
from iem import page
page.warm()
import gc
gc.collect()
`);
writeFileSync(output, gzipSync(python.makeMemorySnapshot(), { level: 6 }));
