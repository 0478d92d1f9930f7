"""The web server's entry."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
# Every view is loaded now, once for all workers, and not while the first visitor waits.
import_module(settings.ROOT_URLCONF)
