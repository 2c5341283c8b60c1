"""A button that repeats a shipped measurement in the learner's own kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ..errors import CourseError
from ..widgets._main_thread import in_main_thread

__all__ = ["LiveRun"]


class LiveRun(ipywidgets.VBox):  # type: ignore[misc]
    """A button, and below it what its function printed and returned.

    Nothing runs before it is pressed, so that a lesson run from top to bottom stays quick. A second press while it runs
    does nothing.

    Parameters
    ----------
    label
        Words on the button: what it does and about how long it takes.
    function
        Called without arguments. What it prints is shown, and what it returns is displayed.

    Attributes
    ----------
    result : object
        What the function returned the last time, None before.
    succeeded : bool or None
        Whether it came to its end the last time, None before.
    """

    def __init__(self, label: str, function: Callable[[], Any]) -> None:
        if not callable(function):
            raise CourseError("a button needs a function without arguments; write lambda: in front of the call.")
        self.result: Any = None
        self.succeeded: bool | None = None
        self._label, self._function = label, function
        self._button = ipywidgets.Button(description=label, icon="play", layout={"width": "max-content"})
        self._button.on_click(lambda _: self.press())
        self._output = ipywidgets.Output()
        super().__init__([self._button, self._output])

    def press(self) -> None:
        """Run the function, as a press on the button does."""
        if self._button.disabled:
            return
        self._button.disabled, self._button.description = True, f"{self._label}: running …"
        self._output.clear_output()
        in_main_thread(self._run)

    def _run(self) -> None:
        from IPython.display import display

        self.succeeded = False
        try:
            with self._output:
                try:
                    self.result = self._function()
                except CourseError as e:
                    print(e)
                except KeyboardInterrupt:
                    print("Stopped.")
                else:
                    self.succeeded = True
                    if self.result is not None:
                        display(self.result)  # type: ignore[no-untyped-call]
        finally:
            self._button.disabled, self._button.description = False, self._label

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**(data or {}), "text/plain": f"Button: {self._label}. It works where a kernel runs."}, metadata
