"""Links in lessons, pages and cards lead somewhere."""

from __future__ import annotations

import os
import re
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

TOP = Path(__file__).resolve().parents[1]
PAGES = [
    TOP / "README.md",
    *sorted(TOP.glob("docs/**/*.md")),
    *sorted(TOP.glob("datasets/*/*.md")),
    *sorted(TOP.glob("tlwidgets/lessons/*/*.md")),
    *sorted(TOP.glob("assignments/*.md")),
    *sorted(TOP.glob("notebooks/*.ipynb")),
    *sorted(TOP.glob("assignments/*/*.ipynb")),
]


def prose(path):
    """Return the Markdown of a page or a notebook, without blocks of code."""
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    else:
        text = path.read_text("utf-8")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def links(path):
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))


def anchors(path):
    """Return the anchors of a page's headings, as GitHub and JupyterLab's export make them (in lower case)."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(TOP)))
def test_links_inside_the_repository(path):
    for link in links(path):
        if "://" in link:
            assert link.startswith("https://"), link
            continue
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        assert file.exists(), link
        assert TOP in file.resolve().parents, f"{link} leads out of the repository"
        if anchor:
            assert anchor.lower() in anchors(file), link


@pytest.mark.skipif(
    "TLWIDGETS_CHECK_LINKS" not in os.environ,
    reason="needs the network: TLWIDGETS_CHECK_LINKS=1 opens every outside link (once a week on GitHub)",
)
@pytest.mark.parametrize("link", sorted({link for path in PAGES for link in links(path) if "://" in link}))
def test_links_to_the_outside(link):
    request = urllib.request.Request(link, headers={"User-Agent": "Mozilla/5.0 (link check)"})
    try:
        status = urllib.request.urlopen(request, timeout=30).status
    except urllib.error.HTTPError as e:
        status = e.code
    assert status in (200, 403, 429), link  # the last two: it is there, but not for machines
