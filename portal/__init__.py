"""The rare earth total volume control portal."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
