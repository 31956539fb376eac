"""Writes docs/commands.md from the command line itself: `python docs/make_commands.py`. A test compares the two.

The page is for the clerks who run the commands, so it is in Vietnamese, as the commands' own help is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from processor.cli import cli

PAGE = Path(__file__).with_name("commands.md")

HEADING = """\
# Các lệnh `cchc`

Trang này lập tự động từ phần trợ giúp của chương trình (lệnh `python docs/make_commands.py`); không sửa tay.
Trên máy: `cchc --help`, `cchc receive --help`.

Mã thoát, giống nhau ở mọi lệnh:

| mã | nghĩa |
|---|---|
| 0 | xong, không có lỗi |
| 1 | có lỗi cần xử lý: hồ sơ phải trả lại, bộ tiêu chí sai, kết quả chưa đủ… (mỗi lỗi kèm chỗ sai và cách sửa) |
| 2 | gõ lệnh sai |
| 3 | máy đang vướng: tệp mở ở chương trình khác, không có quyền, hết chỗ, sổ theo dõi bị giữ |
| 4 | chương trình hỏng; nơi ghi chi tiết được in ra |

Với `--json`, lệnh in một đối tượng JSON duy nhất; `findings` là danh sách lỗi, cảnh báo, ghi chú ([danh mục](findings.md)). Thời
điểm viết `15/12/2018 16:30` hoặc `2018-12-15 16:30`, luôn là giờ Việt Nam.

Biến môi trường: `CCHC_KEY_DIR` (thư mục giữ khóa, xem [Mất khóa](lost-key.md)); `CCHC_ACTOR` (tên người thực hiện ghi vào sổ theo
dõi, mặc định là tên đăng nhập); `CCHC_NOW` (đặt thời điểm hiện tại, chỉ để thử).
"""


def commands(group: click.Group = cli, name: str = "cchc") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its whole name, in the order of `--help`."""
    for word in sorted(group.commands):
        command = group.commands[word]
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def usage(name: str, command: click.Command) -> str:
    """The command's usage in one line."""
    pieces = command.collect_usage_pieces(click.Context(command, info_name=name))
    return " ".join([name, *(piece for piece in pieces if piece != "[OPTIONS]"), *_required(command)])


def _required(command: click.Command) -> list[str]:
    return [f"{one.opts[0]} {one.metavar}" for one in options(command) if one.required]


def options(command: click.Command) -> list[click.Option]:
    """The command's own options, without `--help`."""
    return [one for one in command.params if isinstance(one, click.Option)]


def page() -> str:
    """The whole page: a section for each command."""
    return "\n".join([HEADING, *(_section(name, command) for name, command in commands())])


def _section(name: str, command: click.Command) -> str:
    lines = [f"## {name}\n", f"{command.help}\n", f"```\n{usage(name, command)}\n```\n"]
    rows = [f"| `{_written(one)}` | {one.help} |" for one in options(command)]
    if rows:
        lines.append("\n".join(["| tùy chọn | nghĩa |", "|---|---|", *rows]) + "\n")
    return "\n".join(lines)


def _written(option: click.Option) -> str:
    return " ".join(option.opts) + ("" if option.is_flag else f" {option.metavar}")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
