"""Secrets that a server is given, and the search for them in whatever it leaves or says."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

#: In the server's environment: what hosts keep there.
HOSTS = {
    "HF_TOKEN": "hf_hostsowntoken0000000000000000001",
    "HUGGING_FACE_HUB_TOKEN": "hf_hostsowntoken0000000000000000002",
    "GRAFT_SERVE_API_KEYS": "serve-key-0000000000000003,serve-key-0000000000000004",
    "OAUTH_CLIENT_SECRET": "oauth-secret-00000000000000005",
    "AWS_SECRET_ACCESS_KEY": "aws-secret-000000000000000006",
    "GRADIO_PASSWORD": 'a "pass/wörd" & 密码-000000000000000007',  # looks otherwise in JSON and in an address
    "GRAFT_SYNC_TOKEN": "hf_hostskeeptoken0000000000000000010",
}
VISITOR, PUSHED = "visitor-token-of-mine-0000000000000000008", "hf_visitorstoken00000000000000000009"
SIGNED_IN = "hf_oauthtokenofsomebody000000000000000011"
SECRETS = [*(part for value in HOSTS.values() for part in value.split(",")), VISITOR, PUSHED, SIGNED_IN]


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, as a part of JSON, and as a part of an address."""
    inside = [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    return {one.encode() for one in (secret, *inside, quote(secret), quote(secret, safe=""), quote_plus(secret))}


def contents(top: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and what is in archives."""
    for path in top.rglob("*"):
        if not path.is_file():
            continue
        yield str(path), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path}!{name}", archive.read(name)) for name in archive.namelist())


def unfound(places: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> int:
    """How many places hold no secret, neither as it is, as environments have it, nor as JSON or an address has it."""
    count, sought = 0, {spelling for secret in SECRETS for spelling in spellings(secret)}
    for place, content in places:
        for spelling in sought:
            assert spelling not in content, place
        count += 1
    return count
