"""Addresses of the staff's door (namespace ``door``)."""

from django.urls import path

from tongban.channels.window import door

app_name = "door"
urlpatterns = [
    path("login", door.sign_in, name="login"),
    path("logout", door.sign_out, name="logout"),
    path("account", door.account, name="account"),
    path("account/password", door.password, name="password"),
    path("account/keep", door.keep, name="keep"),
]
