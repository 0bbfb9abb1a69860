"""What only a Space has above the page: signing in with Hugging Face, and a button to duplicate the Space."""

from __future__ import annotations

from typing import Any

import gradio as gr

from pipeline.errors import RunError
from ui import access
from ui.accounts import Account
from ui.services import Services
from ui.tabs.data import DataTab
from ui.tabs.language import LanguageSwitch
from ui.tabs.start import StartTab
from ui.text import say
from ui.views import account as views
from ui.wiring import Updates, listen, present_if

SIGN_IN, SIGN_OUT = "/login/huggingface", "/logout"  # Gradio's own


class AccountBar:
    """The row above the tabs; on one's own machine there is none.

    Attributes:
        outputs: What :meth:`arrive` sets.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.outputs: list[gr.components.Component] = []
        if not services.space:
            return
        with gr.Row(elem_classes="g-account"):
            self.notice = gr.HTML(elem_id="account", apply_default_css=False)
            if services.login:
                self.claim = gr.Button(
                    say("hub.claim"), size="sm", scale=0, elem_id="claim", elem_classes=present_if(False)
                )
                # Not gr.LoginButton, which tells by its words whether somebody has signed in: in one language.
                self.sign = gr.Button(say("hub.sign_in"), size="sm", scale=0, elem_id="sign-in")
                self.outputs = [self.notice, self.claim, self.sign]
            gr.DuplicateButton(say("hub.duplicate"), variant="secondary", elem_id="duplicate")

    def connect(
        self, kept: gr.BrowserState, visitor: gr.Textbox, start: StartTab, switch: LanguageSwitch, data: DataTab
    ) -> None:
        """Wire the buttons: to sign in or out, with what was filled in, and to take a browser's runs over."""
        if not self.outputs:
            return

        def claim(browser: str, visitor: str, request: gr.Request) -> Updates:
            account = Account.of(self.services, request)
            if account is None or not access.same(account.visitor(self.services), visitor):
                raise RunError(say("hub.not_signed_in"), say("hub.not_signed_in_remedy"))
            count = access.claim(self.services, browser, visitor)
            return {
                self.notice: views.claimed(account.name, count),
                self.claim: gr.Button(elem_classes=present_if(False)),
                **start.show(visitor),
            }

        def leave(request: gr.Request, *values: Any) -> Updates:
            address = SIGN_OUT if Account.of(self.services, request) else SIGN_IN
            return switch.leave(address, values)

        listen(self.sign.click, leave, data.held, [switch.leaving])
        listen(self.claim.click, claim, [kept, visitor], [self.notice, self.claim, *start.outputs])

    def visitor(self, browser: str, request: gr.Request) -> str:
        """Who looks at the page: the account, or without one the browser."""
        account = Account.of(self.services, request)
        return account.visitor(self.services) if account else browser

    def arrive(self, browser: str, request: gr.Request) -> Updates:
        """What the row says to whoever opens the page."""
        if not self.outputs:
            return {}
        account = Account.of(self.services, request)
        if account is None:
            return {
                self.notice: None,
                self.claim: gr.Button(elem_classes=present_if(False)),
                self.sign: gr.Button(value=say("hub.sign_in")),
            }
        before = len(access.unclaimed(self.services, browser, account.visitor(self.services)))
        return {
            self.notice: views.signed_in(account.name, before),
            self.claim: gr.Button(elem_classes=present_if(before)),
            self.sign: gr.Button(value=say("hub.sign_out", name=account.name)),
        }
