"""Public names that load on first use."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

__all__ = ["lazy"]


def lazy(
    namespace: dict[str, Any], where: Mapping[str, str], packages: Iterable[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package (PEP 562).

    Parameters
    ----------
    namespace
        ``globals()`` of the package.
    where
        Name → submodule that holds it.
    packages
        Submodules that are attributes themselves.
    """
    package, modules = namespace["__name__"], frozenset(packages)

    def get(name: str) -> Any:
        if name in modules:
            return importlib.import_module(f".{name}", package)
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        namespace[name] = value = getattr(importlib.import_module(f".{where[name]}", package), name)
        return value

    return get, lambda: sorted({*namespace, *where, *modules})
