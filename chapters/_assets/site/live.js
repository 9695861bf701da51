// Live figures: Vega is loaded when one comes near the window, and its view replaces the still picture.
{
  const vendor = new URL("vendor/vega/", document.currentScript.src);
  const load = (name) => new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: new URL(name, vendor).href, onload: done, onerror: fail });
    document.head.append(script);
  });
  let libraries;

  // The chart is as wide as its figure; what the axes and labels take is measured, not guessed.
  function fit(view, box) {
    const drawn = box.querySelector("svg").width.baseVal.value;
    const width = Math.floor(Math.min(box.clientWidth, 720) - (drawn - view.width()));
    if (box.clientWidth && width !== view.width()) view.width(Math.max(width, 120)).runAsync();
  }

  function enliven(figure) {
    const box = figure.querySelector(".iem-live-view");
    const inputs = figure.querySelector(".iem-live-inputs");
    const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "svg" });
    view.initialize(box, inputs);
    for (const label of inputs.querySelectorAll("label")) {
      const input = label.querySelector("input, select");
      input.setAttribute("aria-label", label.querySelector(".vega-bind-name").textContent);
    }
    figure.querySelectorAll("output").forEach((output, i) => {
      const digits = +output.dataset.digits;
      view.addSignalListener(`number${i}`, (_, value) => {
        output.value = (+value.toFixed(digits) || 0).toFixed(digits).replace("-", "\u2212");
      });
    });
    return view.runAsync().then(() => {
      box.hidden = inputs.hidden = false;
      figure.classList.add("is-live");
      figure.view = view;
      new ResizeObserver(() => fit(view, box)).observe(box);
    });
  }

  // Paper shows the still picture, so the numbers beside it are those it was drawn with.
  const outputs = () => document.querySelectorAll(".is-live output");
  addEventListener("beforeprint", () => outputs().forEach((output) => {
    output.dataset.now = output.value;
    output.value = output.defaultValue;
  }));
  addEventListener("afterprint", () => outputs().forEach((output) => {
    output.value = output.dataset.now;
  }));

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      libraries ??= load("vega.min.js").then(() => load("vega-lite.min.js"));
      libraries.then(() => enliven(target));
    }
  }, { rootMargin: "300px" });
  document.querySelectorAll(".iem-live").forEach((figure) => near.observe(figure));
}
