"""Addresses of the counter: the start, the page of a person served, an item, its papers, and what came of it."""

from django.urls import path

from tongban.channels.window import (
    serve_back,
    serve_bring,
    serve_elsewhere,
    serve_event,
    serve_item,
    serve_login_code,
    serve_papers,
    serve_part,
    serve_permissions,
    serve_receive,
    serve_start,
    serve_visit,
)

VISIT, ITEM = "visit/<uuid:visit>/", "visit/<uuid:visit>/item/<slug:code>/"
EVENT = "visit/<uuid:visit>/event/<slug:code>/"
CASE = "visit/<uuid:visit>/case/<slug:number>/"

urlpatterns = [
    path("", serve_start.home, name="home"),
    path("card", serve_start.card, name="card"),
    path("meet", serve_start.meet, name="meet"),
    path(VISIT, serve_visit.page, name="visit"),
    path(VISIT + "find", serve_visit.find, name="find"),
    path(VISIT + "look", serve_visit.look, name="look"),
    path(VISIT + "mandate", serve_visit.mandate, name="mandate"),
    path(VISIT + "permissions", serve_permissions.page, name="permissions"),
    path(VISIT + "mandate/<uuid:mandate>/end", serve_permissions.end_mandate, name="end_mandate"),
    path(VISIT + "consent/<uuid:consent>/withdraw", serve_permissions.withdraw_consent, name="withdraw_consent"),
    path(VISIT + "login-code", serve_login_code.issue, name="login_code"),
    path(VISIT + "elsewhere", serve_elsewhere.cases, name="elsewhere"),
    path(VISIT + "bring", serve_elsewhere.bring, name="bring"),
    path(VISIT + "close", serve_visit.close, name="close"),
    path(VISIT + "scan", serve_papers.scan, name="scan"),
    path(ITEM, serve_item.item, name="item"),
    path(ITEM + "fetch", serve_item.fetch, name="fetch"),
    path(ITEM + "check", serve_item.check, name="check"),
    path(ITEM + "save", serve_item.save, name="save"),
    path(ITEM + "told", serve_receive.told, name="told"),
    path(ITEM + "paper/<slug:material>", serve_papers.upload, name="upload"),
    path(ITEM + "receive", serve_receive.receive_item, name="receive"),
    path(EVENT + "<slug:step>", serve_event.step, name="event_step"),
    path(EVENT + "scan/<slug:digest>", serve_event.scan, name="event_scan"),
    path(VISIT + "part/<slug:number>/<slug:item>", serve_part.part, name="part"),
    path(VISIT + "back/<slug:number>", serve_back.back, name="event_back"),
    path(VISIT + "done/<slug:number>", serve_event.submitted, name="event_done"),
    path(VISIT + "done/<slug:number>/receipt.pdf", serve_event.receipt, name="event_receipt"),
    path(VISIT + "done/<slug:number>/dates.ics", serve_event.dates, name="event_dates"),
    path(CASE, serve_receive.received, name="received"),
    path(CASE + "finish", serve_receive.finish, name="finish"),
    path(CASE + "paper/<slug:kind>", serve_receive.paper, name="paper"),
    path(CASE + "bring", serve_bring.bring, name="bring"),
]
