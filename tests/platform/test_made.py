"""What must be made before anything is served; each is refused by the command that was left out."""

import shutil
from pathlib import Path

import pytest
from celery.signals import worker_init
from django.conf import settings as in_force

from borgerservice.made import NotMade, require_styles, require_translations

SHIPPED = Path(in_force.LOCALE_PATHS[0])


def test_whoever_serves_needs_translations(settings, tmp_path):
    require_translations()
    folder = shutil.copytree(SHIPPED, tmp_path / "locale")
    settings.LOCALE_PATHS = [folder]
    require_translations()
    (folder / "uk" / "LC_MESSAGES" / "django.mo").unlink()
    with pytest.raises(NotMade, match="compile_translations"):
        require_translations()
    with pytest.raises(SystemExit, match="compile_translations"):
        worker_init.send(None)


def test_where_files_keep_their_names_nothing_is_collected():
    require_styles()
