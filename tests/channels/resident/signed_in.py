"""A synthetic resident who signed in, without the browser and the real-name service: for tests of the pages behind the door."""

import datetime as dt
from importlib import import_module

from django.conf import settings
from django.test import Client

from tongban.channels.resident import session
from tongban.domain.acting import Proof
from tongban.domain.actor import Actor
from tongban.domain.person import Identity
from tongban.flows import arrive
from tongban.flows.arrive import Arrived
from tongban.plumbing import clock


def arrived(identity: Identity, at: dt.datetime | None = None) -> tuple[Actor, Arrived]:
    """The actor and the visit of somebody who signed in with password and code."""
    now = at or clock.now()
    actor = arrive.of_identity(identity, arrive.online_center())
    return actor, arrive.sign_in(actor, identity, Proof(("pwd", "otp"), now), at=now)


def cookie(identity: Identity) -> tuple[str, Arrived]:
    """The value of a session cookie in which this person is signed in (for Playwright: ``context.add_cookies``)."""
    _, here = arrived(identity)
    now = clock.now().timestamp()
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[session.KEY] = {
        "person": here.applicant,
        "center": here.center,
        "visit": here.visit,
        "since": now,
        "seen": now,
    }
    store.save()
    return store.session_key, here


def sign_in(client: Client, identity: Identity) -> Arrived:
    """Let Django's test client be this person."""
    value, here = cookie(identity)
    client.cookies[settings.SESSION_COOKIE_NAME] = value
    return here
