// Paper is white: print in the light colours, whatever the reader's mode is.
{
  const page = document.documentElement.dataset;
  let mode;
  addEventListener("beforeprint", () => { mode = page.theme; page.theme = "light"; });
  addEventListener("afterprint", () => { page.theme = mode; });
}
