"""The script of the live figures, on the pages that have one and on no other."""


def add_script(app, pagename, templatename, context, doctree):
    if "iem-live" in context.get("body", ""):
        app.add_js_file("../live.js", loading_method="defer")  # under html_extra_path; relative to _static


def setup(app):
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
