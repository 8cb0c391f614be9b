"""Start-up of the project: tasks are registered here, so that no pure module drags Celery in."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BorgerserviceConfig(AppConfig):
    """The project as an app: management commands, static files, translations."""

    name = "borgerservice"

    def ready(self) -> None:
        """Register the tasks of every app."""
        from borgerservice.celery import app  # noqa: PLC0415

        app.autodiscover_tasks(force=True)


class BorgerserviceAdminConfig(AdminConfig):
    """Use our admin site in place of the stock one."""

    default_site = "borgerservice.admin.BorgerserviceAdmin"
