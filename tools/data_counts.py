"""Print the table of counts of a data set, as its card shows it: ``python tools/data_counts.py styles``."""

from __future__ import annotations

import argparse
import sys

from tlwidgets.data import list_datasets


def counts_table(name: str) -> str:
    """Return counts as a Markdown table: a row for each domain and split, a column for each class."""
    info = next((i for i in list_datasets() if i.name == name), None)
    if info is None:
        sys.exit(f"no data set {name!r}")
    if info.holds == "words":
        sys.exit(f"{name!r} holds words, which have no splits to count")
    head = [*(["domain"] if info.domains else []), "split", *info.classes, "all"]
    rows = [head, ["---"] * len(head)]
    for key, counts in info.counts.items():
        for split, n in counts.items():
            cells = [str(n[c]) for c in info.classes] + [str(sum(n.values()))]
            rows.append([*([key] if info.domains else []), split, *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="name of the data set")
    print(counts_table(parser.parse_args().name))
