"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from sonae.web import pages, pages_account, pages_saved

urlpatterns = [
    path("", pages.quotation),
    path("quotation", pages.quotation),
    path("quotation/", pages.quotation),
    path("quotation.json", pages.answer_bytes),
    path("quotation/industries", pages.industries),
    path("quotation/keep", pages.keep),
    path("quotation/save", pages_saved.save),
    path("quotation/<uuid:quotation_id>", pages_saved.saved),
    path("quotation/<uuid:quotation_id>/", pages_saved.saved),
    path("quotation/<uuid:quotation_id>/share", pages_saved.share),
    path("quotation/<uuid:quotation_id>/paper.pdf", pages_saved.paper),
    path("quotations", pages_saved.listed),
    path("q/<str:token>", pages_saved.shared),
    path("login", pages_account.log_in),
    path("logout", pages_account.log_out),
    path("account", pages_account.account),
    path("language", pages_account.choose_language),
]
