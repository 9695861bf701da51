// Python in a worker: loads Pyodide and this project's packages, then answers requests of the page.
// All files come from this site. User text is handed to Python as data and never becomes code.
import { loadPyodide } from "../vendor/pyodide/pyodide.mjs";

const VENDOR = new URL("../vendor/pyodide/", import.meta.url);
const HERE = new URL("./", import.meta.url);
const network = self.fetch.bind(self);
const say = (message) => self.postMessage(message);

async function start() {
  const { key, sizes } = await (await network(new URL("files.json", HERE), { cache: "no-cache" })).json();
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
  const packages = bytes("packages.zip");
  let python;
  if (sizes["snapshot.bin"]) {
    try {
      python = await loadPyodide({ ...options, _loadSnapshot: await bytes("snapshot.bin", true) });
    } catch (error) {
      console.warn(`the stored interpreter could not be used, starting afresh: ${error}`);
    }
  }
  const stored = Boolean(python);
  python ??= await loadPyodide(options);
  python.FS.writeFile("/packages.zip", await packages);
  say({ progress: total, total, stage: stored ? "starting" : "importing" });
  if (!stored) python.runPython('import sys; sys.path.insert(0, "/packages.zip")');
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
