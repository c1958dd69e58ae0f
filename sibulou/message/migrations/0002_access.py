"""Row-level security, indexes and grants of messages and channels."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("message", "0001_initial"), ("duty", "0002_access"), ("roster", "0002_access")]
    operations = [migrations.RunSQL(SQL.joinpath("access.sql").read_text(encoding="utf-8"))]
