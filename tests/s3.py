"""A server on this machine that answers as S3 does."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

MISSING = any(importlib.util.find_spec(name) is None for name in ("moto", "s3fs"))
REASON = "s3fs or its stand-in is not installed: pip install -r requirements-dev.txt -r requirements-s3.txt"
BUCKET = "graft"


@contextmanager
def stand_in() -> Iterator[dict[str, str]]:
    """The variables by which s3fs finds it, and may write to its bucket; none where it is not installed."""
    if MISSING:
        yield {}
        return
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    found = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "of-nobody",
        "AWS_SECRET_ACCESS_KEY": "of-nobody",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    client = boto3.client(
        "s3",
        endpoint_url=found["AWS_ENDPOINT_URL"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        region_name=found["AWS_DEFAULT_REGION"],
    )
    client.create_bucket(Bucket=BUCKET)
    try:
        yield found
    finally:
        server.stop()
