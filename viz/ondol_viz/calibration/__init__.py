"""python -m ondol_viz.calibration calibration.toml [DIR...] -o PAGE.html|FOLDER: a page, and pictures, about a calibration of the meter."""

from .reading import CalibrationError, judged, read_calibration, read_priors, read_windows

__all__ = ["CalibrationError", "judged", "read_calibration", "read_priors", "read_windows"]
