"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from sonae.web import pages, pages_account, pages_factors, pages_saved, pages_welcome

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
    path("login/second", pages_factors.second),
    path("login/passkey", pages_factors.log_in_by_passkey),
    path("passkey/options", pages_factors.passkey_options),
    path("welcome/<str:token>", pages_welcome.welcome),
    path("welcome/<str:token>/options", pages_welcome.welcome_options),
    path("logout", pages_account.log_out),
    path("account", pages_account.account),
    path("account/confirm", pages_factors.confirm),
    path("account/factors", pages_factors.factors),
    path("account/factors/passkey", pages_factors.add_passkey),
    path("account/factors/passkey/<uuid:passkey_id>/revoke", pages_factors.revoke_passkey),
    path("account/factors/app", pages_factors.app),
    path("account/factors/app/revoke", pages_factors.revoke_app),
    path("account/factors/codes", pages_factors.recovery_codes),
    path("language", pages_account.choose_language),
]
