"""What a log may not hold: the secret part of a citizen's address."""

import logging
import re

SECRET_ADDRESS = re.compile(r"/(book|visit)/[^/\s]+")


class HideLinks(logging.Filter):
    """Blot out the links of drafts and visits, wherever in a line they stand."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes; its text may not."""
        text = record.getMessage()
        hidden = SECRET_ADDRESS.sub(r"/\1/…", text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True
