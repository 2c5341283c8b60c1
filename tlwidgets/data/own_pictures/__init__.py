"""The learner's own pictures: a folder with one subfolder a class, or a ZIP archive of one."""

from .folder import OwnPictures, load_folder
from .report import PictureReport

__all__ = ["OwnPictures", "PictureReport", "load_folder"]
