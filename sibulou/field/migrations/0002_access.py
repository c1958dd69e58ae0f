"""Row-level security and grants of the field's tables; how a token finds its device; which book this is."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("field", "0001_initial"), ("duty", "0002_access")]
    operations = [migrations.RunSQL(SQL.joinpath("access.sql").read_text(encoding="utf-8"))]
