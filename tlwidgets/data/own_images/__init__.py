"""The learner's own images: a folder with one subfolder a class, or a ZIP archive of one."""

from .folder import OwnImages, load_folder
from .report import ImageReport

__all__ = ["ImageReport", "OwnImages", "load_folder"]
