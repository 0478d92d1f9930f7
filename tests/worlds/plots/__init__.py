"""Every way to falsify that is planted, in the order in which worlds take their turns."""

from tests.worlds.planting import Plot
from tests.worlds.plots import beyond, books, caps, circles, figures, runs, trade

PLOTS: tuple[Plot, ...] = (
    *caps.PLOTS,
    *trade.PLOTS,
    *circles.PLOTS,
    *runs.PLOTS,
    *books.PLOTS,
    *figures.PLOTS,
    *beyond.PLOTS,
)
