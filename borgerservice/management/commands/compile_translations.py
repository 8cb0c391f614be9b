"""`manage.py compile_translations`: every catalogue made readable for Django, without gettext."""

import os
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Write a .mo beside every .po."""

    help = "Compile our .po files to .mo; needs no gettext programs."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each file whole, so that a running server never reads half of one."""
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                part = target.with_suffix(f".{os.getpid()}.part")
                catalogue = polib.pofile(str(source))
                catalogue.save_as_mofile(str(part))
                part.replace(target)
                language = source.parts[-3]
                self.stdout.write(f"{language}: {len(catalogue.translated_entries())} texts")
