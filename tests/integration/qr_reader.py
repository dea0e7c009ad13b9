# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads QR codes as a phone does: ZXing looks for them in a picture, and so does ZBar's zbarimg where it is installed.

Neither shares code with what draws them.
"""

from __future__ import annotations

import io
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed, so no QR code is read")
PIL_Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed, so no QR code is read")


def texts(picture: bytes) -> list[str]:
    """What the QR codes in a PNG say."""
    image = PIL_Image.open(io.BytesIO(picture)).convert("L")
    found = [code.text for code in zxingcpp.read_barcodes(image) if "QR" in str(code.format)]
    zbarimg = shutil.which("zbarimg")
    if zbarimg is not None:
        assert _by_zbar(zbarimg, picture) == found, "ZBar and ZXing do not read the same"
    return found


def _by_zbar(program: str, picture: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "code.png"
        file.write_bytes(picture)
        run = subprocess.run([program, "--quiet", "--raw", str(file)], capture_output=True, text=True, check=False)
    return run.stdout.splitlines()


def picture_of(page: str, scale: int = 4) -> bytes:
    """The QR code of a sheet as a PNG, drawn from the page's own SVG where there is no browser."""
    svg = re.search(r'<svg[^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>(.*?)</svg>', page, re.DOTALL)
    assert svg, "the page has no QR code"
    image = PIL_Image.new("L", (int(svg[1]), int(svg[2])), 255)
    path = re.search(r'stroke="#000" d="([^"]*)"', svg[3])
    assert path, svg[3][:200]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path[1]):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            for step in range(int(values[0])):
                image.putpixel((int(x) + step, int(y)), 0)
            x += values[0]
    data = io.BytesIO()
    image.resize((image.width * scale, image.height * scale), PIL_Image.NEAREST).save(data, "PNG")
    return data.getvalue()
