"""Row-level security and grants of the orders."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("control", "0001_initial"), ("duty", "0002_access"), ("roster", "0002_access")]
    operations = [migrations.RunSQL(SQL.joinpath("access.sql").read_text(encoding="utf-8"))]
