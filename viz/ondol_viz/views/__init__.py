"""What each picture shows, as numbers: functions from a `Run` to small frozen dataclasses of arrays.

`plots` draws them with matplotlib for print, `charts` with plotly for the browser; neither reads a file of its own accord.  A view that
the run has no data for raises `MissingData`.  Long runs are read block by block (`blocks`), never whole.
"""
