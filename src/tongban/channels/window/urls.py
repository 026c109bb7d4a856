"""All addresses of the window channel (namespace ``window``): the counter in front, the work behind."""

from tongban.channels.window import serve_urls, work_urls

app_name = "window"
urlpatterns = [*serve_urls.urlpatterns, *work_urls.urlpatterns]
