"""Addresses of the back office: the worklist of a center, one case, its acts, its papers."""

from django.urls import path

from tongban.channels.window import case, case_look, case_print, enquiry, worklist

urlpatterns = [
    path("work/", worklist.work, name="work"),
    path("work/find", worklist.find, name="work_find"),
    path("alarms/", worklist.alarms, name="alarms"),
    path("case/<str:number>/", case.page, name="case"),
    path("case/<str:number>/act/<str:act>", case.act, name="case_act"),
    path("case/<str:number>/look", case_look.look, name="case_look"),
    path("case/<str:number>/paper/<str:digest>", case_look.paper, name="case_paper"),
    path("case/<str:number>/ask", enquiry.ask, name="enquiry_ask"),
    path("enquiries/", enquiry.waiting, name="enquiries"),
    path("enquiries/<str:enquiry_id>/", enquiry.opened, name="enquiry"),
    path("enquiries/<str:enquiry_id>/answer", enquiry.answer, name="enquiry_answer"),
    path("case/<str:number>/print/<str:kind>", case_print.print_paper, name="case_print"),
]
