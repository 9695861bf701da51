"""The cover: one tanh from hot to cold, drawn from the package's own derivation."""

from functools import cache
from io import BytesIO

SUBTITLE = "Activations as posterior statistics"
TEMPERATURES = (0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
GROUND, INK = "#0d2538", "#ffffff"


def curves(ax, colour):
    """The posterior mean of the signed Gaussian pair, one curve a temperature."""
    import numpy as np

    from iem import activation

    mean, grid = activation("gaussian", "mean"), np.linspace(-4, 4, 800)
    for place, tau in enumerate(TEMPERATURES):
        shade = 1 - 0.14 * place
        ax.plot(grid, mean(grid, m=1.0, sigma=1.0, tau=tau), color=colour, alpha=shade, linewidth=2.4)
    ax.set(xlim=(-4, 4), ylim=(-1.15, 1.15))
    ax.axis("off")


@cache
def picture(title, words, author):
    """The cover as a PNG, 1200 by 1800."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 9), dpi=200, facecolor=GROUND)
    FigureCanvasAgg(figure)
    curves(figure.add_axes((0.0, 0.22, 1.0, 0.36)), "#56b4e9")
    serif = {"family": "serif", "color": INK, "ha": "center"}
    figure.text(0.5, 0.8, title, fontsize=40, **serif)
    figure.text(0.5, 0.735, words, fontsize=15, **serif)
    figure.text(0.5, 0.08, author, fontsize=12, **serif)
    out = BytesIO()
    figure.savefig(out, format="png", facecolor=GROUND, metadata={"Software": None})
    return out.getvalue()


def drawing():
    """The curves of the cover for the title page, as PDF."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3))
    FigureCanvasPdf(figure)
    curves(figure.add_axes((0, 0, 1, 1)), "#0072b2")
    out = BytesIO()
    figure.savefig(out, format="pdf", metadata={"CreationDate": None, "ModDate": None, "Producer": None})
    return out.getvalue()
