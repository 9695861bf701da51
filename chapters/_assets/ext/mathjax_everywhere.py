"""MathJax on every page: Sphinx cannot see the formulas inside a notebook's HTML outputs."""


def setup(app):
    app.set_html_assets_policy("always")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
