"""What SCF loads: `index.main_handler`, the one spelling that every runner takes."""

from handler.main import main_handler

__all__ = ["main_handler"]
