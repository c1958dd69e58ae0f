"""Remove what set-up and the checks made. The county's data in `data/` stay; its server is stopped first."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MADE = (
    ".venv", "node_modules", "build", "sibulou.egg-info", "sibulou/web/static/vendor", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
)  # fmt: skip


def main() -> None:
    python = ROOT / ".venv" / "bin" / "python"
    if python.exists() and (ROOT / "data").exists():
        # The embedded server runs from the environment that is about to go.
        subprocess.run([str(python), "-m", "sibulou", "db", "stop"], cwd=ROOT, check=False)
    for name in MADE:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in [*ROOT.glob("sibulou/**/__pycache__"), *ROOT.glob("t*/**/__pycache__")]:
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
