"""Row-level security and grants of the front's own rows: one file of SQL for each subject."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
_FILES = ("branch.sql", "cordon.sql", "passage.sql", "rota.sql", "steps.sql", "stock.sql")


class Migration(migrations.Migration):
    dependencies = [("defence", "0001_initial"), ("duty", "0002_access"), ("roster", "0002_access")]
    operations = [migrations.RunSQL(SQL.joinpath(name).read_text(encoding="utf-8")) for name in _FILES]
