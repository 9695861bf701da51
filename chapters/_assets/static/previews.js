// The libraries of the previews and their texts, fetched when a reader first comes to a link of the text.
{
  const parts = document.currentScript.dataset.parts.split(" ");
  const load = (src) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), {src, onload: done, onerror: failed}));
  });
  const begin = async ({target}) => {
    const link = target.closest?.("article.bd-article a[href]");
    if (!link) return;
    removeEventListener("pointerover", begin);
    removeEventListener("focusin", begin);
    for (const part of parts) await load(part);
    window.onload?.();                                    // so the texts of sphinx_tippy begin
    if (link.matches(":hover, :focus")) link._tippy?.show();
  };
  addEventListener("pointerover", begin);
  addEventListener("focusin", begin);
}
