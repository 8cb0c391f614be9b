"""Secrets of an installation on one machine: made once, kept in files only their owner reads."""

import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from borgerservice.vault.keys import new_key_file


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
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _new_secrets() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return json.dumps({"secret_key": secrets.token_urlsafe(50), "token_key": pem.decode()})
