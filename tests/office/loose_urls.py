"""A URL configuration with a route that forgot to declare its permission."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def loose(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("loose", loose)]
