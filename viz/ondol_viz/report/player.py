"""The time slider that all moving charts of a section share."""

from __future__ import annotations

import json
from collections.abc import Sequence

from .charts import Drawn
from .shell import attribute, both, escape


def clock(name: str, pictures: Sequence[Drawn]) -> str:
    """A play button, a slider and the date; nothing where no picture moves.  Its stops are those of the picture that has most."""
    moving = [picture for picture in pictures if picture.moments]
    if not moving:
        return ""
    longest = max(moving, key=lambda picture: len(picture.moments))
    dates = json.dumps(list(longest.moments), ensure_ascii=False)
    return (
        f'<div class="clock" data-moments="{escape(dates)}" hidden>'
        f'<button type="button" class="play" aria-pressed="false"><span class="icon" aria-hidden="true">▶</span> '
        f'<span class="off">{both("play")}</span><span class="on">{both("pause")}</span></button>'
        f'<input type="range" id="clock-{escape(name)}" min="0" max="{len(longest.moments) - 1}" step="1" value="{longest.shown}"{attribute("aria-label", "Moment")}>'
        f'<output for="clock-{escape(name)}">{escape(longest.moments[longest.shown])}</output></div>'
    )
