"""What only the place of publication knows: buttons and addresses of the repository, from the environment.

`BOOK_REPOSITORY` is the address of the book's repository, `BOOK_BRANCH` the branch that was built (main).
Without the first the book names no repository. With it, each chapter can be opened on Binder and, from
GitHub, on Colab; nothing is loaded from there before the reader follows the link.
"""

import os
import re

ADDRESS = re.compile(r"https://[\w.-]+(?:/[\w.-]+){2,}")
PLACEHOLDER = "ADDRESS-OF-THE-REPOSITORY"


def options(environment):
    """The theme options that the environment asks for; raises ValueError for what is no address."""
    address = environment.get("BOOK_REPOSITORY", "").rstrip("/").removesuffix(".git")
    if not address:
        return {}
    if not ADDRESS.fullmatch(address):
        raise ValueError(
            f"BOOK_REPOSITORY is {address!r}, expected an address such as https://HOST/OWNER/NAME"
        )
    launch = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}
    if address.startswith("https://github.com/"):
        launch["colab_url"] = "https://colab.research.google.com"
    return {
        "repository_url": address,
        "repository_branch": environment.get("BOOK_BRANCH") or "main",
        "use_repository_button": True,
        "use_issues_button": True,
        "launch_buttons": launch,
    }


def add_options(app, config):
    config.html_theme_options = {**config.html_theme_options, **options(os.environ)}


def name_repository(app, docname, source):
    """The address in the commands that a page shows, where it is known."""
    if address := options(os.environ).get("repository_url"):
        source[0] = source[0].replace(PLACEHOLDER, address)


def setup(app):
    app.connect("config-inited", add_options)
    app.connect("source-read", name_repository)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
