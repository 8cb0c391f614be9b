"""What an installation makes of the source before it serves: translations, styles and scripts."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage


class NotMade(RuntimeError):
    """A command of the installation was left out; the sentence names it."""


def require_translations() -> None:
    """Raise NotMade where pages and messages would come in English, whatever was asked for."""
    catalogues = (file for folder in settings.LOCALE_PATHS for file in Path(folder).rglob("*.po"))
    if any(not file.with_suffix(".mo").exists() for file in catalogues):
        raise NotMade("The translations are not compiled. Run manage.py compile_translations.")


def require_styles() -> None:
    """Raise NotMade where a page would fail because a style or script was not collected."""
    if isinstance(staticfiles_storage, ManifestFilesMixin) and not (
        set(_names()) <= staticfiles_storage.hashed_files.keys()
    ):
        raise NotMade("Styles and scripts are not collected. Run manage.py collectstatic.")


def _names() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            prefix = getattr(storage, "prefix", None)
            yield f"{prefix}/{name}" if prefix else name
