"""Who has signed in with Hugging Face, where the page is on a Space that lets people do so.

Gradio keeps what the Hub said of a visitor in a cookie that is signed with the Space's own secret, and reads it again
with each request. An account's visitor is derived from its id with a secret that never leaves the server: the same one
in every browser, and one that nobody can make up. The account's token is used in the request that it comes with, and
is kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from ui.access import account_secret
from ui.services import Services

SESSION = "oauth_info"  # what Gradio keeps


@dataclass(frozen=True)
class Account:
    """Somebody who has signed in.

    Attributes:
        subject: Their id on the Hub, which stays when they change their name.
        name: What they are called there.
        token: Opens what is theirs on the Hub.
    """

    subject: str
    name: str
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, services: Services, request: gr.Request | None) -> Account | None:
        """Who a request is from; None if nobody has signed in, or nobody can here."""
        if not services.login or request is None or request.request is None:
            return None
        session = request.request.scope.get("session") or {}  # there only behind Gradio's middleware, which checks it
        info = session.get(SESSION)
        if not isinstance(info, Mapping) or _over(info):
            return None
        user: Mapping[str, Any] = info.get("userinfo") or {}
        if not user.get("sub"):
            return None
        name = user.get("preferred_username") or user.get("name") or user["sub"]
        return cls(str(user["sub"]), str(name), str(info.get("access_token") or ""))

    def visitor(self, services: Services) -> str:
        """The visitor that stands for this account, in whichever browser."""
        key = account_secret(services.store).encode()
        return f"account-{hmac.new(key, f'hugging-face:{self.subject}'.encode(), hashlib.sha256).hexdigest()}"


def token_of(services: Services, request: gr.Request | None) -> str | None:
    """The token of whoever a request is from, for this request."""
    account = Account.of(services, request)
    return account.token or None if account else None


def _over(info: Mapping[str, Any]) -> bool:
    end = info.get("expires_at")
    return isinstance(end, int | float) and end < time.time()
