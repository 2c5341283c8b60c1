"""``python -m tlwidgets``."""

from .cli import main

raise SystemExit(main())
