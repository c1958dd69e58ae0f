"""Row-level security, the audit chain and the grants of the application's role."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("roster", "0001_initial")]
    operations = [
        migrations.RunSQL(
            SQL.joinpath("access.sql").read_text(encoding="utf-8"),
            state_operations=[],
        )
    ]
