"""The buttons' icons, drawn here: eight by eight dots each, as PNG of any size that is a multiple of eight; the same bytes everywhere."""

from __future__ import annotations

import struct
import zlib

_COLOURS = {"#": (0x1F, 0x4E, 0x5F, 255), "+": (0xC9, 0x6B, 0x00, 255), "o": (0x1E, 0x6B, 0x3C, 255), ".": (0, 0, 0, 0)}
"""The accent of our workbooks, a warm and a good colour, nothing."""

_DOTS = {
    "ra_soat_loi": "######..#....#..#.++.#..#+..+#..#+..+##.#.++.+#.#....#.+######..",
    "loi_tiep_theo": "..+.......++....++++++..+++++++.++++++....++......+.......######.",
    "xoa_danh_dau": "......##.....##+....##++...##+++..##++..+##++...+++.....########",
    "tien_do": "#.......#.....oo#.....oo#..oo.oo#..oo.oo#+.oo.oo#+.oo.oo########",
    "them_tai_lieu": "#####...#...##..#....#..#....#..#..+.#..#..+....####++++...+....",
    "chot_diem": "..####...#....#..#....#.###########++######++######++###########",
    "mo_lai": "..####...#....#..#......###########oo######oo######oo###########",
    "tao_bieu_mau": "#####...#...##..#....#..#.##.#..#....#o.#.##.ooo#....#o.######..",
    "tiep_nhan": "...++......++....++++++...++++.....++...#......##......#########",
    "lap_bang_tham_dinh": "#########..#...#########+..#...#########o..#...##..#...#########",
    "tong_hop_diem": "#######.##...#..#.##......##......##....#.##....##...#..#######.",
    "xep_hang": "...oo......oo......oo..+...##..++####..+#####..+#####+###########"[:64],
    "in_bieu_mau": "..####....#..#..#########......##.++++.########.#....#..######..",
    "huong_dan": "..####...##..##.....##....##......##..............##......##....",
}


def icon(button: str, size: int) -> bytes:
    """The PNG of a button's icon, `size` by `size` pixels."""
    dots, scale = _DOTS[button], size // 8
    rows = []
    for line in range(8):
        pixels = b"".join(bytes(_COLOURS[dot]) * scale for dot in dots[8 * line : 8 * line + 8])
        rows += [b"\0" + pixels] * scale
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 0)), (b"IEND", b""))
    chunks = [struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
