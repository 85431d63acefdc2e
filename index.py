"""What SCF loads: `index.main_handler`, the one spelling that every runner takes."""

import os
import sys

# A runner that puts this folder behind others would load their packages in place of ours.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from handler.main import main_handler

__all__ = ["main_handler"]
