#pragma once
/// Commands that the window (viz/ondol_viz, Python) answers: report, pictures, export.

namespace ondol::app {

/// Hands the process to `python -m ondol_viz`, with everything after the program's name as it is.  The Python is the one that
/// ONDOL_PYTHON names, else .venv of the source tree, else python3 of the PATH.  Returns an exit code only when there is none
/// that has ondol_viz.
int window_command(char** argv);

}  // namespace ondol::app
