"""MathJax on every page: Sphinx cannot see the formulas inside a notebook's HTML outputs.

Its parts are named in the head of the page, so that a browser fetches them together.
"""

from lean_styles import of_the_site
from sphinx.application import Sphinx

FOLDER = "vendor/mathjax/"
FONT = "font/chtml.js"
# The part for assistive MathML sets an option of the menu, of which MathJax complains where there is none.
READY = """MathJax.startup = {ready() {
    delete MathJax.config.options.menuOptions;
    MathJax.startup.defaultReady();
}};"""


def parts(config):
    """The files that the loader of MathJax fetches on every page, in its order."""
    loaded = config.mathjax3_config["loader"]["load"]
    return [name.replace("[tex]", "input/tex/extensions") + ".js" for name in loaded] + [FONT]


def preload(app, pagename, templatename, context, doctree):
    if not of_the_site(app):
        return
    to = context["pathto"]
    places = [to(FOLDER + part, 1) for part in parts(app.config)]
    links = [f'<link rel="preload" as="script" href="{place}">' for place in places]
    context["metatags"] = context.get("metatags", "") + "\n".join(links) + "\n"


def setup(app: Sphinx):
    app.set_html_assets_policy("always")
    app.connect("html-page-context", preload)
    app.add_js_file(None, body=READY, priority=600)  # after the settings, which are written at 500
    return {"parallel_read_safe": True, "parallel_write_safe": True}
