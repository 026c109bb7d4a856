"""Addresses of the shared pages."""

from django.urls import path

from tongban.channels.shared import views

app_name = "shared"
urlpatterns = [
    path("language", views.switch_language, name="language"),
    path("shared/components/", views.components, name="components"),
]
