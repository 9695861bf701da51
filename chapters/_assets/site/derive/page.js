// The page "Derive in this page": reads the form, asks the worker, shows the parts of its answer.
"use strict";
{
  const root = document.getElementById("derive");
  const form = root.querySelector("form");
  const find = (name) => root.querySelector(`[data-is="${name}"]`);
  const script = document.currentScript.src;
  const bar = find("progress"), status = find("status"), stop = find("stop"), results = find("results");
  const FIELDS = ["kernel", "statistic", "hypotheses", "locations", "values", "prior", "density", "ends"];
  const OF = {                                   // which fields matter for which hypotheses
    signs: ["prior"], gate: ["prior"], points: ["locations", "values", "prior"],
    "half-line": ["density"], line: ["density"], interval: ["ends", "density"],
  };

  let worker, ready = false, busy = null, next = null, number = 0, asked = 0, seconds = 0, patience, code = {}, typed = {};

  function tell(words) { status.textContent = words; }

  function launch() {
    ready = false; busy = null;
    bar.hidden = false;
    bar.removeAttribute("value");
    try {
      worker = new Worker(new URL("worker.js", script), { type: "module" });
    } catch (error) {
      return lost(String(error));
    }
    worker.onerror = (event) => lost(event.message || "its script could not be loaded");
    worker.onmessage = ({ data }) => heard(data);
    stop.disabled = false;
  }

  function lost(words) {
    bar.hidden = true;
    stop.disabled = true;
    tell(`Python could not be started here: ${words}. It needs a browser of 2023 or newer.`);
  }

  function heard(data) {
    if (data.failed) return lost(data.failed);
    if (data.total) {
      bar.max = data.total;
      bar.value = data.progress;
      const size = (n) => (n / 1e6).toFixed(0);
      if (data.progress < data.total) bar.title = `${size(data.progress)} of ${size(data.total)} MB`;
      if (data.stage) tell(data.stage === "starting" ? "Starting Python …" : "Importing SymPy, some seconds …");
      return;
    }
    if (data.ready) {
      ready = true;
      bar.hidden = true;
      stop.disabled = true;
      if (root.dataset.state !== "stopped") tell("Ready.");
      return send();
    }
    if (data.id !== busy) return;
    if (data.part) return show(data.part);
    if (data.broken) {
      refuse(`This went wrong inside: ${data.broken}`);
      return restart();
    }
    idle();
    if (next) return send();
    if (root.dataset.state === "answered") {
      root.dataset.done = "yes";
      tell(`Derived in ${seconds} s.`);
    }
  }

  function idle() {
    busy = null;
    clearTimeout(patience);
    stop.disabled = true;
    results.removeAttribute("aria-busy");
  }

  function send() {
    if (!next || !ready || busy !== null) return;
    busy = ++number;
    asked = performance.now();
    stop.disabled = false;
    results.setAttribute("aria-busy", "true");
    if (next.only !== "curve") {
      root.dataset.state = "asked";
      delete root.dataset.done;
      tell("Deriving …");
    }
    worker.postMessage({ id: busy, request: next });
    next = null;
  }

  function restart() {
    worker.terminate();
    idle();
    launch();
  }

  // What is shown

  const typeset = (...places) => {
    const ready = window.MathJax?.startup?.promise;
    return ready?.then(() => MathJax.typesetPromise(places)).catch(() => {});
  };

  function section(name, shown) { find(name).hidden = !shown; }

  function clear() {
    for (const name of ["refused", "undecided", "derivation", "curve", "code", "properties"]) section(name, false);
    find("properties").querySelector("tbody").replaceChildren();
    window.MathJax?.typesetClear?.([results]);
  }

  function refuse(words) {
    clear();
    find("message").textContent = words;
    section("refused", true);
    root.dataset.state = "refused";
    tell("This was refused; the reason stands below.");
  }

  const SHOW = {
    refused: (part) => refuse(part.message),
    undecided(part) {
      clear();
      find("undecided-title").textContent = part.title;
      find("undecided-numeric").textContent = part.numeric ? `There, ${part.numeric}.` : "";
      find("undecided-code").textContent = part.iem;
      section("undecided", true);
      root.dataset.state = "answered";
    },
    derivation(part) {
      clear();
      find("answer").innerHTML = part.answer;
      find("chain").innerHTML = part.html;
      find("title").textContent = part.title;
      find("method").textContent = `Checked link by link; ${part.method}.`;
      find("expr").textContent = part.expr;
      section("derivation", true);
      root.dataset.state = "derived";
      typeset(find("answer"), find("chain"))?.then(reachable);
    },
    curve(part) {
      parameters(part.parameters);
      find("curve-message").textContent = part.message ?? "";
      find("figure").hidden = find("table").hidden = Boolean(part.message);
      if (!part.message) {
        find("svg").innerHTML = part.svg;
        find("caption").textContent = part.caption;
        fill(find("table"), part.columns, part.rows);
      }
      section("curve", true);
    },
    code(part) {
      code = part.texts;
      write();
      section("code", true);
      seconds = ((performance.now() - asked) / 1000).toFixed(1);
      root.dataset.state = "answered";
      tell(`Derived in ${seconds} s; asking what else is known …`);
    },
    property(part) {
      const row = document.createElement("tr"), name = document.createElement("th");
      const value = document.createElement("td");
      name.scope = "row";
      name.textContent = part.name;
      value.innerHTML = part.html;
      row.append(name, value);
      find("properties").querySelector("tbody").append(row);
      section("properties", true);
      typeset(row);
    },
  };

  const show = (part) => SHOW[part.part](part);

  // A formula that is wider than its place is scrolled there, with the keyboard too.
  function reachable() {
    for (const cell of find("chain").querySelectorAll("td.math"))
      if (cell.scrollWidth > cell.clientWidth) cell.tabIndex = 0;
  }

  function fill(table, columns, rows) {
    const line = (tag, cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((text) => Object.assign(document.createElement(tag), { textContent: text })));
      return row;
    };
    const head = document.createElement("thead"), body = document.createElement("tbody");
    head.append(line("th", columns));
    body.append(...rows.map((row) => line("td", row)));
    head.querySelectorAll("th").forEach((cell) => { cell.scope = "col"; });
    table.querySelectorAll("thead, tbody").forEach((old) => old.remove());
    table.append(head, body);
  }

  function parameters(given) {
    const box = find("parameters");
    const names = given.map((p) => p.name).join();
    if (box.dataset.names !== names) {
      box.dataset.names = names;
      box.replaceChildren(...given.map(({ name, value }) => {
        const label = document.createElement("label"), input = document.createElement("input");
        label.textContent = `${name} = `;
        Object.assign(input, { type: "number", step: "any", value, name: `at_${name}` });
        input.addEventListener("input", () => { typed[input.name] = input.value; redraw(); });
        label.append(input);
        return label;
      }));
    }
    find("numbers").hidden = given.length === 0;
  }

  function write() {
    find("text").textContent = code[find("library").value] ?? "";
    find("copied").textContent = "";
  }

  // What is asked

  function request() {
    const data = new FormData(form), made = {};
    const used = new Set(["kernel", "statistic", "hypotheses", ...OF[data.get("hypotheses")]]);
    for (const name of FIELDS) if (used.has(name) && data.get(name)) made[name] = data.get(name);
    for (const [name, value] of Object.entries(typed)) made[name] = value;
    return made;
  }

  function remember(made) {
    history.replaceState(null, "", `#${new URLSearchParams(made)}`);
  }

  function ask() {
    next = request();
    remember(next);
    if (!worker) launch();
    supersede();
    send();
  }

  // What runs is no longer wanted: it ends at its next part, or else is ended.
  function supersede() {
    if (busy === null) return;
    worker.postMessage({ cancel: busy });
    clearTimeout(patience);
    patience = setTimeout(restart, 2000);
  }

  function redraw() {
    const made = request();
    remember(made);
    const whole = (next && next.only !== "curve") || root.dataset.state === "asked";
    next = whole ? made : { ...made, only: "curve" };
    supersede();
    send();
  }

  function fit() {
    const chosen = form.elements.hypotheses.value;
    root.querySelectorAll("[data-for]").forEach((field) => {
      field.hidden = !OF[chosen].includes(field.dataset.for);
    });
  }

  function restore() {
    const given = new URLSearchParams(location.hash.slice(1));
    for (const name of FIELDS) {
      const field = form.elements[name], value = given.get(name);
      if (value === null) continue;
      if (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === value)) field.value = value;
    }
    typed = Object.fromEntries([...given].filter(([name]) => /^at_\w+$/.test(name)));
    fit();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    typed = {};
    ask();
  });
  form.elements.hypotheses.addEventListener("change", fit);
  stop.addEventListener("click", () => {
    next = null;
    worker.terminate();
    idle();
    root.dataset.state = "stopped";
    if (ready) {
      launch();
    } else {
      worker = null;
      bar.hidden = true;
    }
    tell("Stopped. Derive when you like.");
    form.elements.kernel.focus();
  });
  find("library").addEventListener("change", write);
  find("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(find("text").textContent);
      find("copied").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(find("text"));
      find("copied").textContent = "Selected: copy it with your keyboard.";
    }
  });
  addEventListener("hashchange", () => { restore(); ask(); });

  root.hidden = false;
  restore();
  if (location.protocol === "file:") {
    form.querySelectorAll("button, input, select").forEach((field) => { field.disabled = true; });
    tell("This page is open as a file, and browsers start no Python there. Serve the folder of the book "
       + "(python3 -m http.server in _build/html) and open it at http://localhost:8000.");
  } else if (navigator.connection?.saveData && !location.hash) {
    tell("Python and its packages are loaded when you derive.");
  } else {
    tell("Loading Python and its packages from this site …");
    ask();
  }
}
