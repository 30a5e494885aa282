"""Foreign text as people may see it.

`visible` stands before everything foreign that is shown: characters that act (control, bidirectional,
invisible) become words, so that a title cannot reorder a line, end it, or hide in it.
"""

from __future__ import annotations

import logging
import re
import warnings
from typing import Final

__all__ = ["VisibleFormatter", "log_to_terminal", "visible", "visible_line"]

_ACTING: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control, but for tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164"  # shown as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidirectional, separators
    "\ud800-\udfff\ufffe\uffff"  # no characters: neither UTF-8 nor XML can carry them
    "\U000e0000-\U000e007f"  # tags
    "]"
)


def visible(text: str) -> str:
    """The text with each acting character as `⟨U+202E⟩`; tab and line feed stay."""
    return _ACTING.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def visible_line(text: str) -> str:
    """The same where text may not end its line: tab and line feed become words, too."""
    return visible(text).replace("\n", "⟨U+000A⟩").replace("\t", "⟨U+0009⟩")


class VisibleFormatter(logging.Formatter):
    """Lines of a log that quotes peers: what goes on below an entry is indented, so that none is forged."""

    def format(self, record: logging.LogRecord) -> str:
        """The entry, with a traceback where it has one."""
        return visible(super().format(record)).replace("\n", "\n    ")


def log_to_terminal() -> None:
    """Have warnings and errors of this process on its standard error, those of Python's own included.

    By themselves these quote what a peer has sent as it is, with a line of source below.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(VisibleFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(True)
    warnings.filterwarnings("ignore", module=r"pydicom\.")  # it logs the same
