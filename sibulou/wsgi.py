"""The WSGI entry: the pages, and the static files under their hashed names. `sibulou run` serves it with Granian."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sibulou.settings")
pages = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.contrib.staticfiles.storage import staticfiles_storage  # noqa: E402

from sibulou.api.front_door import with_front_door  # noqa: E402
from sibulou.lib.static_files import with_static  # noqa: E402

application = with_static(
    with_front_door(pages),
    root=Path(settings.STATIC_ROOT),
    manifest=getattr(staticfiles_storage, "hashed_files", {}),
    prefix=settings.STATIC_URL,
)
