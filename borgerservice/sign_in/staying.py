"""How long staff stay signed in: while they do something, and ten hours at most."""

from typing import Final, NamedTuple

from django.contrib.sessions.backends.base import SessionBase

IDLE_SECONDS: Final = 15 * 60
LONGEST_SECONDS: Final = 10 * 60 * 60
NOTED_EVERY_SECONDS: Final = 60


class Stay(NamedTuple):
    """When a session began and was last used, in seconds since 1970."""

    began: int
    seen: int

    @property
    def last(self) -> int:
        """When it ends, whatever is done."""
        return self.began + LONGEST_SECONDS

    @property
    def ends(self) -> int:
        """The last second of it if nothing more is done."""
        return min(self.seen + IDLE_SECONDS, self.last)


def stay_of(session: SessionBase, moment: int) -> Stay:
    """What is noted of a session, which begins now where nothing is."""
    return Stay(session.get("began", moment), session.get("seen", moment))


def note_use(session: SessionBase, moment: int, *, every: int = 1) -> None:
    """Note that a session is used, or was a while ago; nothing makes its last use older."""
    if "began" not in session:
        session["began"] = moment
    if "seen" not in session or moment - session["seen"] >= every:
        session["seen"] = moment
