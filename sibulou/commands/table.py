"""The table of all subcommands. A new command is one entry here and one function that takes the parsed arguments.

Nothing heavy is imported here: `sibulou --help` reads this table alone.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LEAST_SCALE, MOST_SCALE = 0.005, 400
"""About seven hundred people, and a province."""


@dataclass(frozen=True)
class Argument:
    """One argument of a command, in argparse's own words."""

    names: tuple[str, ...]
    options: dict[str, Any]


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Takes a whole number from `least` to `most`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise ArgumentTypeError(
                f"应为 {least} 至 {most} 的整数，不能是 {text} · a whole number from {least} to {most}, not {text}"
            )
        return number

    return read


def _scale(text: str) -> float:
    """Takes a size between a hamlet and a province; `nan` is neither."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not LEAST_SCALE <= number <= MOST_SCALE:
        raise ArgumentTypeError(
            f"应为 {LEAST_SCALE} 至 {MOST_SCALE} 的数字，不能是 {text} · a number from {LEAST_SCALE} to {MOST_SCALE}, "
            f"not {text}"
        )
    return number


def _arg(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


@dataclass(frozen=True)
class Command:
    """One subcommand. `runs` is `module:function`; it takes the parsed arguments and gives an exit code or None."""

    words: str
    zh: str
    en: str
    runs: str
    arguments: tuple[Argument, ...] = ()

    @property
    def help(self) -> str:
        return f"{self.zh} · {self.en}"


_PORT = _arg("--port", type=int, default=8000, metavar="N", help="端口 · port (8000)")
_HOST = _arg("--host", default="127.0.0.1", help="监听地址 · address to listen on (127.0.0.1)")
_WORKERS = _arg("--workers", type=_whole(1, 64), default=2, metavar="N", help="服务进程数 · serving processes (2)")
_NO_JOBS = _arg("--no-jobs", action="store_true", help="不启动定时任务 · without the clockwork")
_AREA = _arg("area", metavar="CODE", help="区划代码 · official code of the area")
_SEED = _arg("--seed", type=_whole(0, 2**31), default=1, metavar="N", help="随机种子 · seed (1)")
_JSON = _arg("--json", action="store_true", help="以 JSON 输出 · print JSON")

COMMANDS: tuple[Command, ...] = (
    Command(
        "demo", "演示县：建好、演练十天、启动", "found, play and serve the demonstration county",
        "sibulou.demo.play:demo",
        (
            _PORT, _HOST, _WORKERS, _SEED,
            _arg("--code", default="530425", help="县的区划代码 · county code (530425)"),
            _arg("--scale", type=_scale, default=1.0, metavar="F", help="规模，1 为全县 · scale, 1 is a whole county"),
            _arg("--days", type=_whole(1, 60), default=10, metavar="N", help="演练天数 · days to play (10)"),
            _arg("--fresh", action="store_true", help="清除旧的演示数据重来 · start over with new data"),
        ),
    ),
    Command(
        "run", "启动本县的服务", "serve the county: web pages and clockwork",
        "sibulou.commands.serving:run", (_PORT, _HOST, _WORKERS, _NO_JOBS),
    ),
    Command(
        "work", "只运行定时任务（run 会自己启动它）", "run the clockwork alone (run starts it by itself)",
        "sibulou.commands.serving:work",
        (_arg("--until-eof", action="store_true", help="标准输入关闭即结束 · end when standard input closes"),),
    ),
    Command(
        "drill", "演练：埋入漏项并核对", "plant misses in a scratch county and see whether all are found",
        "sibulou.demo.drill:main",
        (
            _SEED, _JSON,
            _arg("--code", default="530425", help="县的区划代码 · county code (530425)"),
            _arg("--scale", type=_scale, default=0.02, metavar="F", help="规模 · scale (0.02)"),
            _arg("--keep", action="store_true", help="保留演练数据库 · keep the scratch database"),
        ),
    ),
    Command(
        "bench", "测速，与 PostgreSQL 原始数字并列", "measure, beside PostgreSQL's raw figures of the same run",
        "sibulou.demo.bench:main",
        (_JSON, _arg("--quick", action="store_true", help="只测一个县的规模 · at the scale of one county only")),
    ),
    Command(
        "soak", "久测：五百台设备、断线、重发、进程被杀",
        "five hundred devices while things go wrong, and a count at the end",
        "sibulou.demo.soak:main",
        (
            _JSON,
            _arg("--devices", type=int, default=500, metavar="N", help="设备数 · devices (500)"),
            _arg("--minutes", type=int, default=5, metavar="M", help="时长 · minutes (5)"),
        ),
    ),
    Command("migrate", "建立或更新数据表", "create or update the tables", "sibulou.commands.storage:migrate"),
    Command(
        "county found", "按国家区划建县", "found a county from the official divisions",
        "sibulou.commands.counties:found",
        (_arg("code", metavar="CODE", help="六位县级代码 · six-digit county code"),),
    ),
    Command(
        "county groups", "从 CSV 导入村民小组、微网格", "import groups and micro-grids from CSV",
        "sibulou.commands.counties:groups",
        (_arg("file", metavar="FILE", help="每行：村（组）代码,编号或名称 · a line: code above, number or name"),),
    ),
    Command(
        "people import", "从 CSV 导入单位、队伍和队员", "enter units, teams and people from CSV",
        "sibulou.commands.people:bring",
        (
            _arg("area", metavar="CODE", help="县或乡镇的区划代码 · official code of the county or township"),
            _arg("file", metavar="FILE", help="CSV，第一行为表头 · CSV with a heading"),
        ),
    ),
    Command(
        "area add", "新增一个村、组或微网格", "add a village, a group or a micro-grid",
        "sibulou.commands.areas:add",
        (
            _arg("area", metavar="CODE", help="上级的区划代码 · code of the area above"),
            _arg("name", metavar="NAME", help="名称，组可只写编号 · name; of a group its number will do"),
            _arg("--code", default="", metavar="NEW", help="乡镇、村的代码 · code of a township or village"),
        ),
    ),
    Command(
        "area rename", "区域更名", "give an area another name",
        "sibulou.commands.areas:rename",
        (_AREA, _arg("name", metavar="NAME", help="新名称 · new name")),
    ),
    Command(
        "area recode", "变更区划代码，下级代码一并变更", "give an area another official code, and those under it",
        "sibulou.commands.areas:recode",
        (
            _AREA,
            _arg("code", metavar="NEW", help="新代码 · new code"),
            _arg("--from", dest="day", required=True, metavar="DATE", help="生效日期 · day it holds from, 2027-01-01"),
            _arg("--notice", default="", help="批准文号 · number of the decision"),
        ),
    ),
    Command(
        "area end", "撤销区域，或并入另一区域", "end an area, or merge it into another",
        "sibulou.commands.areas:end",
        (
            _AREA,
            _arg("--reason", required=True, help="理由 · reason"),
            _arg("--into", metavar="CODE", help="并入的区域 · area that takes over all that is in it"),
        ),
    ),
    Command(
        "roads import", "导入一个县的路网和县界", "import the roads of a county, with its boundary",
        "sibulou.commands.roads:bring_in",
        (
            _arg("file", metavar="FILE", help="路网：.geojson、.osm、.osm.pbf · roads: .geojson, .osm or .osm.pbf"),
            _arg("--area", required=True, metavar="CODE", help="县的区划代码 · official code of the county"),
            _arg("--boundary", required=True, metavar="FILE", help="县界，GeoJSON · boundary, GeoJSON"),
            _arg("--datum", required=True, choices=("wgs84", "gcj02"), help="路网坐标系 · datum of the roads"),
            _arg("--boundary-datum", choices=("wgs84", "gcj02"), help="县界坐标系，默认同路网 · of the boundary"),
        ),
    ),
    Command(
        "roads place", "从 CSV 导入卡点和村中心的位置", "give posts and villages their places, from CSV",
        "sibulou.commands.roads:place",
        (
            _arg("file", metavar="FILE", help="每行：编号或代码,经度,纬度 · number or code, longitude, latitude"),
            _arg("--datum", required=True, choices=("wgs84", "gcj02"), help="坐标系 · datum"),
        ),
    ),
    Command(
        "roads check", "核对哪些村的路没有封住", "say which villages lie open, and where posts would close them",
        "sibulou.commands.roads:check",
        (_arg("--area", required=True, metavar="CODE", help="县的区划代码 · official code of the county"),),
    ),
    Command(
        "plan check", "检查预案文件，不写数据", "check plan files; writes nothing",
        "sibulou.commands.plans:check", (_arg("files", metavar="FILE", nargs="+", help="预案文件 · plan files"),),
    ),
    Command(
        "plan load", "检查并载入预案", "check a plan and keep it as a version",
        "sibulou.commands.plans:load", (_arg("file", metavar="FILE", help="预案文件 · plan file"),),
    ),
    Command(
        "start", "按下启动键：启动一个事件", "press the start key: an event begins",
        "sibulou.commands.events:start",
        (
            _AREA,
            _arg("plan", metavar="PLAN", help="已载入的预案 · key of a loaded plan"),
            _arg("level", metavar="LEVEL", help="响应级别 · response level"),
            _arg("--title", default="", help="事件名称，不写则用预案名称 · name of the event; the plan's if not given"),
            _arg("--notice", default="", help="通告文号 · number of the notice"),
            _arg("--legal-basis", default="", help="法律依据 · legal basis"),
        ),
    ),
    Command(
        "stand-down", "解除一个事件", "end an event",
        "sibulou.commands.events:stand_down",
        (
            _AREA,
            _arg("plan", metavar="PLAN", help="事件的预案 · plan of the event"),
            _arg("--reason", required=True, help="理由 · reason"),
            _arg("--waive-gaps", action="store_true", help="以本人名义豁免未销号的漏项 · waive open gaps in this name"),
        ),
    ),
    Command("reconcile", "补开应办", "open what roster and duties call for", "sibulou.commands.events:reconcile"),
    Command("escalate", "提醒和上报到点的应办", "tell whom the ladders name", "sibulou.commands.events:escalate"),
    Command("audit verify", "核对审计链", "check the audit chain", "sibulou.commands.storage:verify_audit"),
    Command(
        "user add", "新建账号，输入两次密码", "add an account; asks for the password twice",
        "sibulou.commands.people:add",
        (
            _arg("username", help="登录名 · sign-in name"),
            _arg("name", help="姓名 · full name"),
            _arg("--password-file", metavar="FILE", help="从文件第一行读密码 · read the password from a file"),
        ),
    ),
    Command(
        "user appoint", "任命：账号任某区域的席位", "appoint an account to a seat at an area",
        "sibulou.commands.people:appoint",
        (
            _arg("username", help="登录名 · sign-in name"),
            _arg("role", metavar="ROLE", help="角色 · role"),
            _AREA,
            _arg("--deputy", action="store_true", help="任副职 · as deputy"),
        ),
    ),
    Command(
        "backup", "把整个数据库备份成一个文件", "write the whole database to one file",
        "sibulou.commands.backup:backup", (_arg("file", metavar="FILE", help="新文件 · a new file"),),
    ),
    Command(
        "restore", "把备份恢复到空的数据库", "fill an empty database from a backup",
        "sibulou.commands.backup:restore", (_arg("file", metavar="FILE", help="备份文件 · file of a backup"),),
    ),
    Command(
        "drift", "从记录重算应办，核对差异", "recompute the obligations from the records and compare",
        "sibulou.commands.backup:drift",
    ),
    Command("db status", "数据库是否在运行", "whether the database runs, and where", "sibulou.commands.storage:status"),
    Command("db stop", "停止内置数据库", "stop the embedded database", "sibulou.commands.storage:stop"),
    Command(
        "docs", "重写由程序生成的参考文档", "write the generated reference pages anew",
        "sibulou.commands.pages:write",
        (_arg("--folder", default="docs/reference", metavar="FOLDER", help="写到哪里 · where to"),),
    ),
    Command("version", "版本", "print the version", "sibulou.commands.storage:version"),
)  # fmt: skip
GROUPS = {
    "county": "县 · the county",
    "area": "区域 · areas",
    "roads": "路网与封控 · roads and the cordon",
    "people": "可排班的力量 · the force that can be put on duty",
    "plan": "预案 · plans",
    "audit": "审计链 · the audit chain",
    "user": "账号和任命 · accounts and appointments",
    "db": "数据库 · the database",
}
