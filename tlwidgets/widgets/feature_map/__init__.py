"""FeatureMap: where a network puts images, block after block, in two dimensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets as t

from ...errors import CourseError, unknown
from .. import _bundle
from .._classes import class_numbers, looks
from .._sprite import check_images, sprite
from .._static import StaticWidget
from . import _embed

if TYPE_CHECKING:
    from .._figure import StaticFigure

__all__ = ["FeatureMap"]

_METHODS = ("pca", "tsne", "given")
_NEIGHBOURS = 4
_MOST = 20_000
_SIDE = 32  # pixels of a thumbnail; below _FEW images there is room for more
_LARGE, _FEW = 64, 1000


class FeatureMap(StaticWidget):
    """A map of images: a point each, coloured and shaped by class or by domain, one map for each block.

    A point shows its image and the images that are nearest to it *in feature space*: two dimensions keep only
    part of the distances, so neighbours on the map need not be neighbours in the features. Every map is scaled to the
    same spread and turned towards the one before it, and the axes stay the same, so what moves between blocks is
    not the scale.

    Parameters
    ----------
    features
        ``{block: features}``, in order; features (n, d), or (n, h, w, c), which are averaged over positions. One
        array alone is one map. "Before" and "after" are blocks like any other.
    labels
        Class of each example, shape (n,): numbers that count into ``classes``, or names.
    classes
        Names of the classes.
    images
        The examples as images, shape (n, height, width) or (n, height, width, 1 or 3); they are sent small.
    domains
        Name of the domain of each example; adds a switch between class and domain.
    method
        ``"pca"`` (the two directions of largest variance), ``"tsne"`` (keeps neighbours, not distances; some seconds
        for thousands of points), or ``"given"``: the features are coordinates (n, 2), shown as they are.
    seed
        Seed of the method.
    label
        Title.

    Attributes
    ----------
    value : str
        Name of the block that is shown.
    beside : str
        Name of a block that is shown beside it, or ``""``.
    color_by : str
        ``"class"`` or ``"domain"``.
    only : str
        Class or domain that stands out; the others are pale. ``""`` for all.
    point : int or None
        Number of the example that is described.
    coordinates : dict of str to ndarray
        What is drawn, float64 of shape (n, 2); NaN for an example whose features are not finite.

    Raises
    ------
    CourseError
        If lengths differ, a class is not known, or there are more than 20,000 examples.

    Examples
    --------
    >>> FeatureMap(tl.training.extract_features_by_block(base, x), y, data.classes, images=x)
    """

    _esm = _bundle.esm("feature_map")
    _css = _bundle.css("feature_map")

    _alone = t.Bool(True).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    beside = t.Unicode("").tag(sync=True)
    color_by = t.Enum(("class", "domain"), "class").tag(sync=True)
    only = t.Unicode("").tag(sync=True)
    point = t.Int(None, allow_none=True).tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    names = t.List(t.Unicode(), read_only=True).tag(sync=True)
    _classes = t.List().tag(sync=True)
    _domains = t.List().tag(sync=True)
    _class = t.Bytes(b"").tag(sync=True)
    _domain = t.Bytes(b"").tag(sync=True)
    _points = t.Bytes(b"").tag(sync=True)
    _neighbours = t.Bytes(b"").tag(sync=True)
    _words = t.List().tag(sync=True)
    _sprite = t.Bytes(b"").tag(sync=True)
    _sprite_form = t.Dict().tag(sync=True)

    def __init__(
        self,
        features: Mapping[str, Any] | npt.ArrayLike,
        labels: npt.ArrayLike,
        classes: Sequence[str],
        images: Any | None = None,
        domains: Sequence[str] | None = None,
        method: str = "pca",
        *,
        seed: int = 0,
        label: str = "Feature map",
    ) -> None:
        if method not in _METHODS:
            raise unknown("method", method, _METHODS)
        class_names = [str(name) for name in classes]
        member = class_numbers(labels, class_names, "labels")
        n = len(member)
        if n > _MOST:
            raise CourseError(f"a FeatureMap shows up to {_MOST:,} examples, not {n:,}: take some of them.")
        blocks = _blocks(features, n, method)
        if domains is not None and len(domains) != n:
            raise CourseError(f"there are {len(domains)} domains for {n} labels: give one for each.")
        owners = [str(name) for name in domains] if domains is not None else []
        domain_names = list(dict.fromkeys(owners))
        self._member = member
        self._owner = np.array([domain_names.index(name) for name in owners], "int64")
        self.method = method
        self.coordinates: dict[str, npt.NDArray[np.float64]] = {}
        self._near: dict[str, npt.NDArray[np.int32]] = {}
        self._variance: dict[str, float | None] = {}
        for name, x in blocks.items():
            self._map(name, x, method, seed)
        form: dict[str, Any] = {}
        data = b""
        if images is not None:
            check_images(images, n)
            made = sprite(np.asarray(images), _LARGE if n <= _FEW else _SIDE)
            data, form = made.data, made.form
        self._has_images = bool(data)
        self.set_trait("names", list(blocks))
        super().__init__(
            value=next(reversed(blocks)),
            label=label,
            _classes=looks(class_names),
            _domains=looks(domain_names),
            _class=member.astype("<i4").tobytes(),
            _domain=self._owner.astype("<i4").tobytes(),
            _points=np.stack(list(self.coordinates.values())).astype("<f4").tobytes(),
            _neighbours=np.stack(list(self._near.values())).astype("<i4").tobytes(),
            _words=[{"class": self._describe(b, "class"), "domain": self._describe(b, "domain")} for b in blocks],
            _sprite=data,
            _sprite_form=form,
        )
        self.observe(lambda _: self.refresh_static(), ["value", "beside", "color_by", "only", "point", "label"])

    def _map(self, name: str, x: npt.NDArray[np.float64], method: str, seed: int) -> None:
        self._near[name] = _embed.nearest(x, _NEIGHBOURS)
        self._variance[name] = None
        if method == "given":
            self.coordinates[name] = x
            return
        good = np.isfinite(x).all(axis=1)
        flat = np.full((len(x), 2), np.nan)
        flat[good], self._variance[name] = (_embed.pca if method == "pca" else _embed.tsne)(x[good], seed)
        flat[good] = _embed.unit(flat[good])
        before = next(reversed(self.coordinates.values()), None)
        self.coordinates[name] = flat if before is None else _embed.aligned(flat, before)

    # -- state

    @t.validate("value", "beside")
    def _known_block(self, proposal: Any) -> str:
        name = str(proposal["value"])
        if name not in self.names and not (proposal["trait"].name == "beside" and not name):
            raise unknown("block", name, self.names)
        return name

    @t.validate("color_by")
    def _has_domains(self, proposal: Any) -> str:
        if proposal["value"] == "domain" and not self._domains:
            raise CourseError("no domains were given: give domains= to colour by them.")
        return str(proposal["value"])

    @t.validate("only")
    def _known_group(self, proposal: Any) -> str:
        known = [group["name"] for group in (*self._classes, *self._domains)]
        if proposal["value"] and proposal["value"] not in known:
            raise unknown("class", proposal["value"], known)
        return str(proposal["value"])

    @t.validate("point")
    def _known_point(self, proposal: Any) -> int | None:
        point = proposal["value"]
        if point is not None and not 0 <= point < len(self._member):
            raise CourseError(f"there is no example {point}: they count from 0 to {len(self._member) - 1}.")
        return None if point is None else int(point)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a browser sends; what is not known is left out."""
        groups = ["", *(group["name"] for group in (*self._classes, *self._domains))]
        known: dict[str, Callable[[Any], bool]] = {
            "value": lambda v: v in self.names,
            "beside": lambda v: v == "" or v in self.names,
            "color_by": lambda v: v == "class" or (v == "domain" and bool(self._domains)),
            "only": lambda v: v in groups,
            "point": lambda v: v is None or (isinstance(v, int) and 0 <= v < len(self._member)),
        }
        super().set_state({k: v for k, v in sync_data.items() if k not in known or known[k](v)})

    # -- what the map says

    def agreement(self, block: str, by: str = "class") -> float | None:
        """Return the share of examples whose nearest other example, in feature space, is of their own group.

        Parameters
        ----------
        block
            Name of a block.
        by
            ``"class"`` or ``"domain"``.

        Returns
        -------
        float or None
            0 to 1; None with fewer than two examples that have finite features.

        Raises
        ------
        CourseError
            If there is no such block, or no domains were given.
        """
        found = self._agreement(block, by)
        return found[0] if found else None

    def _agreement(self, block: str, by: str) -> tuple[float, float] | None:
        if block not in self._near:
            raise unknown("block", block, self._near)
        if by not in ("class", "domain"):
            raise unknown("grouping", by, ("class", "domain"))
        groups = self._member if by == "class" else self._owner
        if len(groups) < len(self._member):
            raise CourseError("no domains were given: give domains= to compare them.")
        return _embed.agreement(self._near[block], groups)

    def _describe(self, block: str, by: str) -> str:
        if by == "domain" and not len(self._owner):
            return ""
        found = self._agreement(block, by)
        lost = int((~np.isfinite(self.coordinates[block]).all(axis=1)).sum())
        words = []
        if found is None:
            words.append(f"{block}: too few examples with finite features.")
        else:
            same, chance = found
            where = "on the map" if self.method == "given" else "in feature space"
            words.append(
                f"{block}: for {same:.0%} the nearest image {where} is of the same {by} (chance {chance:.0%})."
            )
        share = self._variance[block]
        if share is not None:
            words.append(f"The axes hold {share:.0%} of the variance.")
        if lost:
            words.append(f"{lost} without finite features {'are' if lost > 1 else 'is'} left out.")
        return " ".join(words)

    # -- words and figure

    def _shown(self) -> list[str]:
        return [self.beside, self.value] if self.beside else [self.value]

    def summary(self) -> str:
        """Return in words how well the shown map keeps the classes (or domains) together, and the point."""
        n = len(self._member)
        if not n:
            return f"{self.label}: no examples."
        groups = self._classes if self.color_by == "class" else self._domains
        used = len(np.unique(self._member if self.color_by == "class" else self._owner))
        names = {"pca": "PCA", "tsne": "t-SNE", "given": "given coordinates"}
        noun = ("class", "classes") if self.color_by == "class" else ("domain", "domains")
        words = [f"{self.label}: {n:,} images of {used} {noun[used != 1]} ({names[self.method]})."]
        words += [self._words[self.names.index(block)][self.color_by] for block in self._shown()]
        if self.only and self.only in [group["name"] for group in groups]:
            words.append(f"{self.only} stands out.")
        if self.point is not None:
            words.append(self._point_words(self.point))
        return " ".join(words)

    def _point_words(self, i: int) -> str:
        def group(k: int) -> str:
            name = self._classes[self._member[k]]["name"]
            return f"{name}, {self._domains[self._owner[k]]['name']}" if self._domains else str(name)

        near = [int(k) for k in self._near[self.value][i] if k >= 0]
        others = f"; nearest in {self.value}: {', '.join(self._classes[self._member[k]]['name'] for k in near)}"
        return f"Image {i}: {group(i)}{others if near else ''}."

    def static(self) -> StaticFigure:
        """Return the shown maps as a matplotlib figure with alternative text (``figure.alt``)."""
        from ._draw import draw

        by_class = self.color_by == "class"
        return draw(
            [(block, self.coordinates[block]) for block in self._shown()],
            self._limits(),
            self._member if by_class else self._owner,
            self._classes if by_class else self._domains,
            self.only,
            self.point,
            (self.label, self.summary()),
        )

    def _limits(self) -> tuple[float, float, float, float]:
        every = np.concatenate(list(self.coordinates.values()))
        every = every[np.isfinite(every).all(axis=1)]
        if not len(every):
            return -1.0, 1.0, -1.0, 1.0
        (x0, y0), (x1, y1) = every.min(axis=0).tolist(), every.max(axis=0).tolist()
        return x0, x1, y0, y1


def _blocks(given: Any, n: int, method: str) -> dict[str, npt.NDArray[np.float64]]:
    """Return the features by block as (n, d) float64."""
    named = given if isinstance(given, Mapping) else {"features": given}
    if not named:
        raise CourseError("a FeatureMap needs the features of one block or more: give {block: features}.")
    found = {}
    for name, features in named.items():
        try:
            shape = np.shape(features)
            good = len(shape) in (2, 4) and shape[0] == n and (shape[-1] > 0 or not n)
            x = _embed.rows(features) if good else None
        except (TypeError, ValueError):
            raise CourseError(f"the features of {name} should be numbers of shape (n, d).") from None
        if x is None or x.ndim != 2:
            raise CourseError(
                f"the features of {name} have shape {shape}: give ({n}, d), a row for each of the {n} labels, or "
                f"feature maps ({n}, h, w, c)."
            )
        if method == "given" and x.shape[1] != 2:
            raise CourseError(
                f"given coordinates have two columns; those of {name} have {x.shape[1]}: try method='pca'."
            )
        found[str(name)] = x
    return found
