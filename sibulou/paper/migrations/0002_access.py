"""Row-level security and grants of the sheets."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("paper", "0001_initial"), ("duty", "0002_access")]
    operations = [migrations.RunSQL(SQL.joinpath("access.sql").read_text(encoding="utf-8"))]
