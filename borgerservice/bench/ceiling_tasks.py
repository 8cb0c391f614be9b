"""The ceiling of a reminder: one task for each, which does nothing but count."""

import os

import redis
from celery import Celery

BROKER = os.environ["BENCH_BROKER"]
COUNTED = "bench.counted"
app = Celery("bench", broker=BROKER)
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=64,
    broker_connection_retry_on_startup=True,
    task_default_queue="bench",
)
_counter = redis.Redis.from_url(BROKER)


def _count(_number: int) -> None:
    _counter.incr(COUNTED)


remind = app.task(name="bench.remind")(_count)
