"""The Celery app. Without a broker nothing is published and `manage.py sweep` delivers.

Tasks carry ids and nothing else, as JSON. Nothing is ever published for later (no ETA, no
countdown): what is due stands in the database, and the schedule looks there.
"""

import gc
import os

from celery import Celery
from celery.signals import beat_init, task_prerun, worker_init, worker_process_init
from django.db import close_old_connections, connections

from borgerservice.guards.services import GuardMissing, require_guards
from borgerservice.made import NotMade, require_translations

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borgerservice.settings.production")
app = Celery("borgerservice")
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    # Whoever books does not wait for a broker that is away; the sweep hands out later.
    broker_transport_options={
        "max_retries": 1,
        "interval_start": 0,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
    },
    beat_schedule={
        name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for name, task, seconds in (
            ("sweep-outbox", "notifications.sweep_outbox", 30),
            ("queue-reminders", "appointments.queue_reminders", 300),
            ("ask-about-doubles", "appointments.ask_about_doubles", 30),
            ("pass-offers-on", "appointments.pass_offers_on", 30),
            ("open-days", "appointments.open_days", 3600),
            ("forget-expired", "appointments.forget_expired", 3600),
            ("reconcile", "appointments.reconcile", 86400),
            ("let-go", "retention.let_go", 21600),
            ("look-for-signals", "witnesses.look_for_signals", 3600),
            ("look-at-papers", "witnesses.look_at_papers", 3600),
            ("look-at-witnesses", "witnesses.look_at_witnesses", 3600),
        )
    },
)


def refuse_half_installed(**_: object) -> None:
    """End a worker or beat that would write without guards, or in English whatever was asked."""
    try:
        require_translations()
        require_guards()
    except (GuardMissing, NotMade) as missing:
        raise SystemExit(str(missing)) from missing
    finally:
        connections.close_all()


def look_after_connections(**_: object) -> None:
    """Keep a task's connection for the next, as long as the settings say and it can be used."""
    close_old_connections()


def look_once_through_what_is_loaded(**_: object) -> None:
    """What a worker's process has loaded stays: it is not to be looked through for what is gone."""
    gc.collect()
    gc.freeze()


task_prerun.connect(look_after_connections)
worker_process_init.connect(look_once_through_what_is_loaded)
worker_init.connect(refuse_half_installed)
beat_init.connect(refuse_half_installed)
