"""For instructors who grade with nbgrader: the same stubs as in `tlwidgets assignment build`."""

c = get_config()  # noqa: F821  (nbgrader defines it)
c.ClearSolutions.code_stub = {"python": "...  # your code here"}
c.ClearSolutions.text_stub = "*Your answer here*"
