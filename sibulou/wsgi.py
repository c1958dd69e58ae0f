"""The WSGI entry; `sibulou serve` runs it under Granian."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sibulou.settings")
application = get_wsgi_application()
