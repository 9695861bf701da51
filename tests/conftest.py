"""What every test may use: repeatable property tests, and one body of tests for every array library."""

import os
from contextlib import closing
from importlib import import_module

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "iem",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.register_profile(  # for `make mutants`, where a failure is not looked at
    "mutants", settings.get_profile("iem"), max_examples=25, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("iem")


@pytest.fixture(params=["numpy", "array_api_strict"])
def xp(request):
    """An Array-API namespace."""
    return import_module(request.param)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    """The name of a floating type."""
    return request.param


@pytest.fixture(scope="module")
def browser():
    """A Chromium."""
    from browsing import FLAGS, chromium
    from playwright.sync_api import sync_playwright

    path = chromium()
    if not path and os.environ.get("CI") == "true":
        pytest.fail("no Chromium found, and CI must not pass without one")
    if not path:
        pytest.skip("no Chromium found; IEM_CHROMIUM names one")
    with sync_playwright() as playwright:
        with closing(playwright.chromium.launch(executable_path=path, args=FLAGS)) as browser:
            yield browser


@pytest.fixture
def page(browser):
    """A page of that browser."""
    with closing(browser.new_page()) as page:
        yield page


def numpy_of(x):
    """An array of any library as a NumPy array."""
    return np.from_dlpack(x) if hasattr(x, "__dlpack__") else np.asarray(x)
