"""Row-level security, indexes and grants of the kernel; who answers for a seat; and what sessions and jobs need."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("duty", "0001_initial"),
        ("roster", "0002_access"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("axes", "0010_accessattemptexpiration"),
        ("otp_totp", "0003_add_timestamps"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.RunSQL(SQL.joinpath("access.sql").read_text(encoding="utf-8")),
        migrations.RunSQL(SQL.joinpath("answering.sql").read_text(encoding="utf-8")),
    ]
