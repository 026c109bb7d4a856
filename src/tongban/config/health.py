"""Is this node alive? For load balancers and for `tongban up`: the process answers and its database does."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from tongban.channels.shared.actor import public


@public
def health(request: HttpRequest) -> HttpResponse:
    """200 "ok", or 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return HttpResponse("database", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
