"""A refusal the product can explain: a stable code that only the doors turn into words."""

from collections.abc import Mapping


class DomainError(Exception):
    """Something was refused for a reason the person at the door can be told.

    `code` is snake_case and kept for ever, `field` names the input it concerns, and `params` fill
    in the sentence ("at most {limit} days"). Nothing in it is personal data, so it may be logged.
    `wording` is the app's own table from code to sentence; `retry_after` says in how many seconds
    it may be tried again, where waiting is all it takes.
    """

    code: str = ""
    retry_after: int = 0
    wording: Mapping[str, object] = {}

    def __init__(
        self,
        code: str = "",
        *,
        field: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self.code = str(code or type(self).code)
        if not self.code:
            raise TypeError(f"{type(self).__name__} needs a code")
        super().__init__(self.code)
        self.field = field
        self.params: dict[str, object] = dict(params or {})

    def __str__(self) -> str:
        return self.code

    @property
    def sentence(self) -> str:
        """What the person at the door is told, in the language now active."""
        return str(self.wording[self.code]).format(**self.params)
