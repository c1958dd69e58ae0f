"""Row-level security, the audit chain and the grants of the application's role."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [("roster", "0001_initial"), ("otp_totp", "0003_add_timestamps")]
    operations = [
        migrations.CreateModel(
            name="PhoneCode",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunSQL(
            SQL.joinpath("access.sql").read_text(encoding="utf-8"),
            state_operations=[],
        ),
    ]
