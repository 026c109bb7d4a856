"""Addresses of the public (namespace ``resident``)."""

from django.urls import path

from tongban.channels.resident import correct, guide, life, look, mine, my_event, progress, sign_in, verify, wait

app_name = "resident"
urlpatterns = [
    path("", guide.home, name="home"),
    path("events/", guide.events, name="events"),
    path("events/<slug:code>/", guide.event, name="event"),
    path("events/<slug:code>/start", life.step, name="event_start"),
    path("events/<slug:code>/<slug:step>", life.step, name="event_step"),
    path("events/<slug:code>/scan/<slug:digest>", life.scan, name="event_scan"),
    path("done/<slug:number>", life.submitted, name="event_done"),
    path("done/<slug:number>/receipt.pdf", life.receipt, name="event_receipt"),
    path("done/<slug:number>/dates.ics", life.dates, name="event_dates"),
    path("items/", guide.items, name="items"),
    path("items/<slug:code>/", guide.item, name="item"),
    path("centers/", guide.find_center, name="centers"),
    path("progress", progress.ask, name="progress"),
    path("progress/wait", wait.wait, name="wait"),
    path("p/<slug:number>", progress.case, name="case"),
    path("p/<slug:number>/print", progress.printed, name="printed"),
    path("p/<slug:number>/leave", progress.leave, name="leave"),
    path("v/", verify.ask, name="verify"),
    path("v/<str:code>", verify.paper, name="paper"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-in/go", sign_in.go, name="go"),
    path("sign-in/back", sign_in.back, name="back"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("for-whom", sign_in.whom, name="whom"),
    path("mine/", mine.mine, name="mine"),
    path("mine/looks", mine.looks, name="looks"),
    path("mine/<slug:number>", mine.matter, name="matter"),
    path("mine/<slug:number>/correct", correct.correct, name="correct"),
    path("mine/<slug:number>/withdraw", mine.withdraw, name="withdraw"),
    path("mine/<slug:number>/event-withdraw", my_event.withdraw, name="event_withdraw"),
    path("mine/<slug:number>/part/<slug:item>", my_event.amend, name="amend"),
    path("mine/<slug:number>/rate", mine.rate, name="rate"),
    path("mine/<slug:number>/credential/<int:n>", mine.credential, name="credential"),
    path("letters", look.letters, name="letters"),
]
