// What the theme leaves to the mouse: a box that scrolls takes the focus, and each button that copies has a name.
{
  const BOXES = "mjx-container[display], td.math, figure.iem-figure, .pst-scrollable-table-container, pre";
  const mark = (boxes) => {
    const scroll = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, i) => (scroll[i] ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex")));
  };
  const watch = new ResizeObserver((changed) => mark(changed.map(({target}) => target)));
  addEventListener("load", () => {
    for (const button of document.querySelectorAll("button.copybtn")) button.ariaLabel = button.dataset.tooltip;
    Promise.all([window.MathJax?.startup?.promise, document.fonts.ready]).then(() => {
      const boxes = [...document.querySelectorAll(BOXES)];
      for (const box of boxes) watch.observe(box);
      document.fonts.addEventListener("loadingdone", () => mark(boxes));   // other letters, other widths
    });
  });
}
