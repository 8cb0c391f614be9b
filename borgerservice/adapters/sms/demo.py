"""An SMS gateway that sends nothing: what would go out can be read at /demo/inbox/."""

from collections.abc import Mapping, Sequence

from borgerservice.notifications.ports import Outgoing


class DemoSms:
    """Takes everything and keeps nothing."""

    at_once = 1000

    def send(self, messages: Sequence[Outgoing]) -> Mapping[str, str]:
        """Accept all."""
        return {}
