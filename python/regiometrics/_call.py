"""The Python side of the door: progress bars, and errors in the caller's own labels."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from . import _core
from .errors import InvalidInputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._labels import Keys, Labels

__all__ = ["call", "set_threads"]


def call(
    function: Callable[..., Any],
    *arguments: Any,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    rows: NDArray[np.int64] | None = None,
    periods: Keys | Labels | None = None,
    progress: bool = False,
) -> Any:
    """Call a function of the compiled core.

    `columns` maps its argument names to the caller's column names (to a list of them where the argument is a list of
    columns), `rows` holds where the rows stand in the caller's data if some were left out, and `periods` holds the
    labels of the period codes: an error that speaks of any is raised in those words. `progress` shows a bar.
    """
    if not isinstance(progress, bool):
        from ._options import flag

        progress = flag("progress", progress)
    with _bar(getattr(function, "__name__", "")) if progress else nullcontext() as update:
        options = {} if update is None else {"progress": update}
        try:
            return function(*arguments, **options)
        except InvalidInputError as error:
            raise _in_the_callers_words(error, columns or {}, rows, periods) from None


def _in_the_callers_words(
    error: InvalidInputError,
    columns: Mapping[str, str | Sequence[str]],
    rows: NDArray[np.int64] | None,
    periods: Keys | Labels | None,
) -> InvalidInputError:
    message = str(error)
    name = error.name or ""
    row = error.row if error.row is None or rows is None else int(rows[error.row])
    known = columns.get(name)
    if known is not None and not isinstance(known, str):
        known = None if error.column is None else known[error.column]
    if known is not None:
        column, place = f"column {known!r}", f"{name}[{error.row}]"
        if place in message:
            message = message.replace(place, f"{column}, row {row},")
        else:
            message = re.sub(rf"\b{name}\b", lambda _: column, message, count=1)
    message = message.replace(f"row {error.row} of {name}", f"row {row} of {name}")
    if error.period is not None:
        period = f"period {error.period}"
        if periods is None or not periods.name:
            message = message.replace(f" in {period}", "").replace(f" of {period}", "")
        else:
            message = message.replace(period, f"{periods.name} = {periods.item(error.period)}")
    told = InvalidInputError(message)
    told.name, told.row, told.period, told.column = known or name, row, error.period, error.column
    return told


def _bar(title: str) -> AbstractContextManager[Callable[[int, int], None]]:
    from tqdm.auto import tqdm

    class Bar(AbstractContextManager[Callable[[int, int], None]]):
        def __enter__(self) -> Callable[[int, int], None]:
            self.bar = tqdm(desc=title, total=0, unit="step", leave=False)
            return self.update

        def update(self, done: int, total: int) -> None:
            self.bar.total = total
            self.bar.update(done - self.bar.n)

        def __exit__(self, *exception: object) -> None:
            self.bar.close()

    return Bar()


def set_threads(n: int | None = None) -> int:
    """Set how many threads the package computes with.

    Results do not depend on it: the same seed and input give the same bits for any number of threads.

    Parameters
    ----------
    n : int, optional
        Number of threads, 1 to 1024. Without it the environment variable ``REGIOMETRICS_NUM_THREADS`` decides,
        or else the number of cores.

    Returns
    -------
    int
        The number now in force.

    Raises
    ------
    InvalidInputError
        If `n` is not a whole number in that range.

    Examples
    --------
    >>> import regiometrics as rgm
    >>> rgm.set_threads(2)
    2
    """
    from ._options import count

    _core.set_threads(0 if n is None else count("n", n, least=1, most=1024))
    return _core.threads()
