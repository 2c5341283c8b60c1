"""What the experiments of the lessons share: a journal that resumes, tables of trials, a new head."""

from .head import new_head
from .journal import Journal
from .table import Table, read_table, save_table

__all__ = ["Journal", "Table", "new_head", "read_table", "save_table"]
