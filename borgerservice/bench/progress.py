"""How far a run has come, on standard error: a bar on a terminal, a line a step elsewhere."""

import sys
import time
from dataclasses import dataclass, field

WIDTH = 24


@dataclass(slots=True)
class Progress:
    """Counts steps; the length of the whole is not known, so the bar goes round."""

    title: str = ""
    steps: int = 0
    began: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        """Show what is being done now."""
        self.steps += 1
        passed = int(time.monotonic() - self.began)
        text = f"{passed // 60:3}:{passed % 60:02}  {self.title}: {what}"
        if not sys.stderr.isatty():
            sys.stderr.write(text + "\n")
        else:
            place = self.steps % WIDTH
            bar = "#" * place + "-" * (WIDTH - place)
            sys.stderr.write(f"\r\x1b[2K[{bar}] {text}"[:160])
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the terminal's line."""
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
