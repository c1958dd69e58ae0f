"""The schema: made by the owner, used by a role that owns nothing."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == ("sibulou_app", 0)
