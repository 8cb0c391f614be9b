"""A key file of a test's own, to rotate, lose and replace keys in."""

import json
from pathlib import Path

from borgerservice.vault.keys import with_new_version


class KeyFile:
    """The key file the process works with, from where it is pointed to it on."""

    def __init__(self, settings, folder: Path) -> None:
        self.path = folder / "keys.json"
        self.path.write_text(Path(settings.KEYS_FILE).read_text())
        settings.KEYS_FILE = self.path

    @property
    def text(self) -> str:
        return self.path.read_text()

    def put(self, text: str) -> None:
        """Put another file in its place, as an operator would."""
        other = self.path.with_suffix(".other")
        other.write_text(text)
        other.replace(self.path)

    def rotate(self, domain: str = "mark") -> int:
        """Add a version; returns which."""
        text, version = with_new_version(self.text, domain)
        self.put(text)
        return version

    def replace_marks(self) -> None:
        """Fresh pseudonym keys in the place of the lost ones, the versions the same."""
        fresh: dict = {"wrap": {}, "mark": {}, "link": {}}
        for _version in self.stored()["mark"]:
            fresh = json.loads(with_new_version(json.dumps(fresh), "mark")[0])
        self.set_marks(fresh["mark"])

    def replace_wrapping(self) -> None:
        """Fresh wrapping keys in the place of the lost ones, the versions the same."""
        fresh: dict = {"wrap": {}, "mark": {}, "link": {}}
        for _version in self.stored()["wrap"]:
            fresh = json.loads(with_new_version(json.dumps(fresh), "wrap")[0])
        self.put(json.dumps({**self.stored(), "wrap": fresh["wrap"]}))

    def lose(self, *versions: int) -> None:
        """Leave pseudonym keys out; all where none is named."""
        kept = self.stored()["mark"] if versions else {}
        self.set_marks({v: key for v, key in kept.items() if int(v) not in versions})

    def stored(self) -> dict:
        return json.loads(self.text)

    def set_marks(self, marks: dict) -> None:
        self.put(json.dumps({**self.stored(), "mark": marks}))
