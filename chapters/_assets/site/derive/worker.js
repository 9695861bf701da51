// Python in a worker: loads Pyodide and this project's packages, then answers requests of the page.
// All files come from this site. User text is handed to Python as data and never becomes code.
import { loadPyodide } from "../vendor/pyodide/pyodide.mjs";

const VENDOR = new URL("../vendor/pyodide/", import.meta.url);
const HERE = new URL("./", import.meta.url);
const network = self.fetch.bind(self);
const say = (message) => self.postMessage(message);

// A stored memory is only put into one that is as large, which Pyodide does not see to.
async function roomy(bytes) {
  const { default: create } = await import("../vendor/pyodide/pyodide.asm.mjs");
  return (settings) => {
    const instantiate = settings.instantiateWasm;
    settings.instantiateWasm = (imports, receive) =>
      instantiate(imports, (instance, module) => {
        const { memory } = instance.exports;
        const missing = bytes - memory.buffer.byteLength;
        if (missing > 0) memory.grow(Math.ceil(missing / 65536));
        return receive(instance, module);
      });
    return create(settings);
  };
}

async function start() {
  const { key, packages, sizes } = await (await network(new URL("files.json", HERE), { cache: "no-cache" })).json();
  const total = Object.values(sizes).reduce((a, b) => a + b, 0);
  let loaded = 0;

  // Every file whose size is known is counted while it arrives, also those that Pyodide fetches itself.
  self.fetch = async (address, options) => {
    const response = await network(address, options);
    const name = String(address?.url ?? address).split("?")[0].split("/").pop();
    if (!sizes[name] || !response.ok || !response.body) return response;
    const count = new TransformStream({
      transform(chunk, stream) {
        loaded += chunk.byteLength;
        say({ progress: Math.min(loaded, total), total });
        stream.enqueue(chunk);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(count), { status, statusText, headers });
  };

  const bytes = async (name, unpack) => {
    const response = await self.fetch(new URL(`${name}?${key}`, HERE).href);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const body = unpack ? response.body.pipeThrough(new DecompressionStream("gzip")) : response.body;
    return new Uint8Array(await new Response(body).arrayBuffer());
  };
  const options = { indexURL: VENDOR.href };
  const wheels = packages.map((address) => bytes(address));
  let python;
  if (sizes["snapshot.bin"]) {
    try {
      const snapshot = await bytes("snapshot.bin", true);
      const createPyodideModule = await roomy(snapshot.length);
      python = await loadPyodide({ ...options, createPyodideModule, _loadSnapshot: snapshot });
    } catch (error) {
      console.warn(`the stored interpreter could not be used, starting afresh: ${error}`);
    }
  }
  const stored = Boolean(python);
  python ??= await loadPyodide(options);
  for (const [i, wheel] of wheels.entries()) python.FS.writeFile(`/${i}.whl`, await wheel);
  say({ progress: total, total, stage: stored ? "starting" : "importing" });
  if (!stored) python.runPython(`import sys; sys.path[:0] = ${JSON.stringify(wheels.map((_, i) => `/${i}.whl`))}`);
  return python.pyimport("iem.page").answer;
}

let answer;
try {
  answer = await start();
  say({ ready: true });
} catch (error) {
  say({ failed: String(error) });
}

const cancelled = new Set();
const breath = () => new Promise((resolve) => setTimeout(resolve));      // lets a message in

async function run(id, request) {
  const parts = answer(JSON.stringify(request));
  try {
    for (const part of parts) {
      say({ id, part: JSON.parse(part) });
      await breath();
      if (cancelled.has(id)) break;
    }
    say({ id, done: true });
  } catch (error) {
    say({ id, broken: String(error).slice(-600) });
  } finally {
    parts.destroy();
  }
}

self.onmessage = ({ data }) => {
  if (data.cancel) cancelled.add(data.cancel);
  else run(data.id, data.request);
};
