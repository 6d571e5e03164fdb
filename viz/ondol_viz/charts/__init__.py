"""Figures for the browser: each function takes a `Run` and returns a plotly `Figure` in the house style, or raises `MissingData`.

They have the names of their sisters in `plots` and draw the same `views`.
"""

from .energy import load_duration

__all__ = ["load_duration"]
