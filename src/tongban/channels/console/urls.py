"""Addresses of the console (namespace ``console``)."""

from django.urls import path

from tongban.channels.console import audit, board, catalog, centers, door, nodes, staff, tokens

app_name = "console"
urlpatterns = [
    path("", door.home, name="home"),
    path("board", board.board, name="board"),
    path("centers", centers.centers_list, name="centers"),
    path("staff", staff.members, name="members"),
    path("staff/new", staff.hire, name="hire"),
    path("staff/<uuid:staff_id>", staff.member, name="member"),
    path("staff/<uuid:staff_id>/grant", staff.grant, name="grant"),
    path("staff/<uuid:staff_id>/powers/<uuid:power_id>/revoke", staff.revoke, name="revoke"),
    path("staff/<uuid:staff_id>/reset", staff.reset, name="reset"),
    path("staff/<uuid:staff_id>/deactivate", staff.deactivate, name="deactivate"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/revoke", tokens.revoke, name="revoke_token"),
    path("audit", audit.trail, name="audit"),
    path("nodes", nodes.overview, name="nodes"),
    path("parked", nodes.parked, name="parked"),
    path("parked/<int:parked_id>/try", nodes.try_letter, name="try_letter"),
    path("parked/bag/<int:bag_id>/open", nodes.open_bag, name="open_bag"),
    path("catalog", catalog.catalog, name="catalog"),
    path("catalog/<slug:code>", catalog.item, name="item"),
]
