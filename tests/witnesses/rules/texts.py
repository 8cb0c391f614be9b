"""Declarations as files of a test's own."""

from witnesses.rules.declarations import TEXTS_FOLDER

FIRST = "2026-11"


def declaration_file(folder, version, begins, line="Du har pligt til at sige sandheden."):
    """The first declaration as another version: in use from another day, one line told anew."""
    content = (TEXTS_FOLDER / f"{FIRST}.toml").read_text(encoding="utf-8")
    content = content.replace(f'version = "{FIRST}"', f'version = "{version}"')
    content = content.replace("in_use_from = 2026-11-01", f"in_use_from = {begins}")
    path = folder / f"{version}.toml"
    path.write_text(content.replace("Du har pligt til at sige sandheden.", line), encoding="utf-8")
    return path
