// Formulas in TeX, one a line as JSON, become MathML, one a line, by the MathJax of the site and with its
// configuration: node mathml.mjs STARTUP CONFIG. MathJax wants a browser; of one it needs the names alone.
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";
import vm from "node:vm";

class Document {}
class Other {}
const answers = {readyState: "complete", then: undefined, length: 0};
const anything = (target = function () {}) => new Proxy(target, {
  get: (_, key) => key === Symbol.toPrimitive ? () => "" : key === Symbol.iterator ? [][Symbol.iterator]
    : key in answers ? answers[key] : anything(),
  apply: () => anything(),
  construct: () => anything(),
  set: () => true,
});
const give = (name, value) => Object.defineProperty(globalThis, name, {value, configurable: true, writable: true});
for (const name of ["DOMParser", "XMLSerializer", "HTMLCollection", "NodeList", "HTMLElement",
  "HTMLScriptElement", "DocumentFragment"]) give(name, Other);
give("Document", Document);
give("document", anything(new Document()));
give("window", globalThis);
give("localStorage", {getItem: () => null, setItem: () => {}});
give("navigator", {appVersion: "", userAgent: "", platform: ""});

const startup = path.resolve(process.argv[2]);
const config = JSON.parse(process.argv[3]);
const run = (file) => vm.runInThisContext(fs.readFileSync(file, "utf8"), {filename: path.basename(file)});
const needed = (config.loader?.load ?? []).filter((part) => /^(core|input|\[tex\])/.test(part));
give("MathJax", {
  ...config,
  options: {...config.options, enableMenu: false},
  startup: {typeset: false},
  loader: {
    ...config.loader, load: needed, require: (file) => run(path.resolve(file)),
    paths: {...config.loader?.paths, mathjax: path.dirname(startup)},
  },
});
run(startup);
await MathJax.startup.promise;
for await (const line of readline.createInterface({input: process.stdin})) {
  const {tex, display} = JSON.parse(line);
  let told;
  try {
    told = {mathml: await MathJax.tex2mmlPromise(tex, {display})};
  } catch (error) {
    told = {error: String(error.message ?? error).slice(0, 300)};
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
