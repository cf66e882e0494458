"""The WSGI application: the walls are checked, then the hot path stands before Django."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae.web.settings")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from sonae.office import walls

walls.verify()
application = django_application
