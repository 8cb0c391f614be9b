"""Start a database, let another process measure on it, and clean up, whatever happens."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from borgerservice.bench.plan import Plan
from borgerservice.bench.processes import Child, DidNotStart
from borgerservice.bench.report import Row
from borgerservice.bench.servers import Database, private_database
from borgerservice.install import ensure_secrets

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 3600.0


class BenchFailed(RuntimeError):
    """The measuring process came to an end without a result."""


def run_bench(
    vendor: str, workloads: Sequence[str], *, rounds: int, scale: str, given: str = ""
) -> list[Row]:
    """The rows of some workloads on a database of that vendor. Raises DidNotStart, BenchFailed."""
    with _scratch() as scratch, private_database(vendor, scratch, given=given) as database:
        env = {**os.environ, **_environment(scratch, database)}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        Child(migrate, log=scratch / "migrate.log", env=env, cwd=ROOT).finish(seconds=300)
        out = scratch / "rows.json"
        plan = Plan(vendor, list(workloads), rounds, scale, database.ceiling, str(out))
        plan_file = scratch / "plan.json"
        plan_file.write_text(json.dumps(asdict(plan)))
        command = [sys.executable, "-m", "borgerservice.bench", str(plan_file)]
        _measure(command, env)
        return [Row(**row) for row in json.loads(out.read_text())]


def _measure(command: list[str], env: dict[str, str]) -> None:
    """Run it with our standard error, which shows how far it has come."""
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr
    ) as child:
        try:
            if child.wait(LONGEST_SECONDS) != 0:
                raise BenchFailed("The measuring process failed; it says why above.")
        finally:
            child.terminate()


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="borgerservice-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o711)  # the database server's own user passes through to its folder
        yield scratch


def _environment(scratch: Path, database: Database) -> dict[str, str]:
    """What the production settings ask for, all of it private to this run."""
    keys = ensure_secrets(scratch / "keys")
    return {
        "DJANGO_SETTINGS_MODULE": "borgerservice.bench.settings",
        "SECRET_KEY": keys["secret_key"],
        "TOKEN_KEY": keys["token_key"],
        "KEYS_FILE": str(scratch / "keys" / "keys.json"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_ADDRESS": "https://bench.invalid",
        "DATABASE_URL": database.product,
        "MIGRATE_DATABASE_URL": database.owner or database.product,
        "BENCH_LOADER": database.loader,
        "CELERY_BROKER_URL": "memory://",
        "EMAIL_URL": "dummymail://",
        "DEFAULT_FROM_EMAIL": "borgerservice@example.invalid",
        "SMS_GATEWAY": "borgerservice.adapters.sms.demo.DemoSms",
        "STATIC_ROOT": str(scratch / "static"),
    }


__all__ = ["BenchFailed", "DidNotStart", "run_bench"]
