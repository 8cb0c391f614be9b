"""Secrets of an installation on one machine: made once, kept in files only their owner reads."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from borgerservice.vault.keys import new_key_file

MODE = 0o400


class KeysLost(RuntimeError):
    """A database is here and its keys are not; making new ones would orphan what is sealed."""


def ensure_secrets(folder: Path) -> dict[str, str]:
    """Return the installation's secrets, made on first use.

    Keys are never remade beside a database: without `keys.json` it could not be read.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys, secrets_file = folder / "keys.json", folder / "secrets.json"
    has_database = (folder / "borgerservice.sqlite3").exists()
    for file, content in ((keys, new_key_file), (secrets_file, _new_secrets)):
        if file.exists():
            continue
        if has_database:
            msg = f"{file} is missing beside a database. Put it back, or move the database away."
            raise KeysLost(msg)
        write_private(file, content())
    return dict(json.loads(secrets_file.read_text()))


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    part = file.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w") as out:
        out.write(text)
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def replace_private(file: Path, change: Callable[[str], str]) -> None:
    """Put a changed file in the place of one only its owner reads; at no moment is there none.

    Raises FileExistsError while somebody else is doing so, or was stopped in the middle.
    """
    part = file.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    try:
        with os.fdopen(descriptor, "w") as out:
            owner = file.stat()
            os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
            out.write(change(file.read_text()))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _new_secrets() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps({"secret_key": secrets.token_urlsafe(50), "token_key": pem.decode()})
