"""Build the data set "glosses" from WordNet: definitions of nouns in eight topics.

    python datasets/glosses/build.py --sources FOLDER           # FOLDER holds the package
    python datasets/glosses/build.py --sources FOLDER --fetch   # … and download it if it is missing
    python datasets/glosses/build.py --sources FOLDER --check   # build elsewhere and compare the arrays

Needs NumPy; ``--fetch`` needs ``apt-get`` (Debian 12).
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from fetch import Package, command_line, undeb, write_card  # noqa: E402

PACKAGE = Package("apt", "wordnet-base", "1:3.0-37", "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752")
# the topics are WordNet's own: the lexicographer files noun.animal (5), noun.plant (20) and so on (lexnames(5WN))
TOPICS = {"animal": 5, "artifact": 6, "body": 8, "food": 13, "location": 15, "person": 18, "plant": 20, "time": 28}
# split, definitions of each topic; test is dealt first, so that a change to train leaves it as it is
DEALS = (("test", 200), ("validation", 200), ("train", 350))
SALT = "glosses-1"
LEAST_WORDS = 3  # a definition with fewer words of content says too little
LONGEST = 160  # characters
# two definitions count as the same when they share this part of their words (Jaccard index), or …
ALIKE = 0.6
# … at least FEWER of their words and this part of their groups of four letters (cosine): "bird" and "birds"
FEWER, LETTERS_ALIKE = 0.3, 0.75
# words of slurs, sex and violence against people: the set is for classrooms
REFUSED = re.compile(
    r"\b(offensive|ethnic slur|slur|derogatory|disparag\w*|contemptuous|insult\w*|vulgar|obscene|obscenity|taboo|"
    r"sex\w*|genital\w*|penis|vagina\w*|vulva\w*|testic\w*|testis|scrot\w*|anus|anal|rectum|fec(?:es|al)|semen|erotic\w*|"
    r"prostitut\w*|homosexual\w*|lesbian|whore|rape\w*|rapist|incest\w*|pimp|nazi\w*|slave\w*|terroris\w*|suicid\w*|"
    r"murder\w*|negro\w*|retarded|moron|idiot|imbecile|lynch\w*|tortur\w*|execut(?:ed|ion))\b",
    re.IGNORECASE,
)
STOP = frozenset(
    "the a an of in or and to for with by on from that is are as at it its which used having one".split()  # noqa: SIM905
)


def content(text: str) -> frozenset[str]:
    """Return the words of a definition by which it is compared: without case, figures and the smallest words."""
    return frozenset(re.findall(r"[^\W\d_]+", text.lower())) - STOP


def definitions(data: str) -> Iterator[tuple[str, str, str]]:
    """Yield topic, name (first word and place in WordNet) and definition of every noun of the topics."""
    topic_of = {number: topic for topic, number in TOPICS.items()}
    for line in data.splitlines():
        if line.startswith("  "):  # the license
            continue
        fields, _, gloss = line.partition(" | ")
        place, topic, _, _, word, *_ = fields.split(" ")
        if int(topic) not in topic_of:
            continue
        text = re.sub(r"\s+", " ", re.split(r'[;"]', gloss)[0]).strip(" ,:")  # what follows are remarks and examples
        if len(text) <= LONGEST and len(content(text)) >= LEAST_WORDS and not REFUSED.search(f"{word} {gloss}"):
            yield topic_of[int(topic)], f"{word.lower().replace('_', '-')}-{place}", text


def letters(text: str) -> frozenset[str]:
    """Return the groups of four letters of a definition."""
    plain = f" {text.lower()} "
    return frozenset(plain[i : i + 4] for i in range(len(plain) - 3))


class Known:
    """The definitions taken so far, and which of them hold a word."""

    def __init__(self) -> None:
        """Start empty."""
        self.taken: list[tuple[frozenset[str], frozenset[str]]] = []
        self.holding: dict[str, list[int]] = defaultdict(list)

    def has_like(self, text: str) -> bool:
        """Whether a definition with about the same words was taken."""
        words, groups = content(text), letters(text)
        for i, n in Counter(i for word in words for i in self.holding[word]).items():
            other_words, other_groups = self.taken[i]
            share = n / len(words | other_words)
            if share >= ALIKE:
                return True
            if share >= FEWER:
                same = len(groups & other_groups)
                if same >= LETTERS_ALIKE * (len(groups) * len(other_groups)) ** 0.5:
                    return True
        return False

    def add(self, text: str) -> None:
        """Take a definition."""
        for word in content(text):
            self.holding[word].append(len(self.taken))
        self.taken.append((content(text), letters(text)))


def deal(found: list[tuple[str, str, str]]) -> dict[str, list[tuple[str, str, str]]]:
    """Deal definitions out in the order of a salted hash; of those that are alike only the first stays."""
    out: dict[str, list[tuple[str, str, str]]] = {}
    known = Known()
    queue = {t: sorted((f for f in found if f[0] == t), key=rank) for t in TOPICS}
    for split, wanted in DEALS:
        out[split] = []
        for topic, waiting in queue.items():
            have = 0
            while have < wanted:
                if not waiting:
                    sys.exit(f"{topic} has only {have} of {wanted} definitions for {split}")
                item = waiting.pop(0)
                if not known.has_like(item[2]):
                    known.add(item[2])
                    out[split].append(item)
                    have += 1
        out[split].sort()
    left = {t: sum(not known.has_like(text) for _, _, text in waiting) for t, waiting in queue.items()}
    print(f"not needed: {left}")
    return out


def rank(item: tuple[str, str, str]) -> bytes:
    """Return what orders the definitions before they are dealt out."""
    return hashlib.sha256(f"{SALT}/{item[0]}/{item[1]}".encode()).digest()


def build(sources: Path, out: Path) -> None:
    """Write the definitions and ``dataset.json``."""
    data = undeb(PACKAGE.read(sources))["usr/share/wordnet/data.noun"].decode("ascii")
    splits = deal(list(definitions(data)))
    arrays = {}
    for split, items in splits.items():
        arrays[f"{split}_x"] = np.frombuffer("\n".join(text for _, _, text in items).encode(), np.uint8)
        arrays[f"{split}_y"] = np.array([list(TOPICS).index(topic) for topic, _, _ in items], np.uint8)
        arrays[f"{split}_names"] = np.frombuffer("\n".join(name for _, name, _ in items).encode(), np.uint8)
    np.savez_compressed(out / "glosses.npz", **{k: arrays[k] for k in sorted(arrays)})  # type: ignore[arg-type]
    counts = dict(sorted(DEALS, key=lambda d: ("train", "validation", "test").index(d[0])))
    card = {
        "name": "glosses",
        "title": "Definitions of nouns in eight topics",
        "version": "1.0",
        "kind": "texts",
        "classes": list(TOPICS),
        "shape": [],
        "parts": [
            {
                "domain": None,
                "file": "glosses.npz",
                "bytes": 0,
                "sha256": "",
                "license": "LicenseRef-WordNet-3.0",
                "credit": "WordNet 3.0, © 2006 Princeton University",
                "source": PACKAGE.record,
                "counts": {split: dict.fromkeys(TOPICS, n) for split, n in counts.items()},
            }
        ],
    }
    write_card(out, card)


if __name__ == "__main__":
    command_line("Build the set of definitions from WordNet's package.", HERE, [PACKAGE], build)
