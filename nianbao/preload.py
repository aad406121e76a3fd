"""What every reading process needs, loaded once: by the server they are forked from, which imports this.

Each would else load it for itself: the libraries of the formats, the tables of forms, places and bodies, and what the
program that was started imports, since multiprocessing has every process import that.
"""

from __future__ import annotations

import gc
from contextlib import suppress

import click  # noqa: F401

import extract.docx
import extract.html
import extract.ink_pdfium
import extract.pdf
import extract.text  # noqa: F401
import nianbao.reading  # noqa: F401
from collect.errors import NianbaoError
from nianbao.pipeline import read

_SAMPLE = """淮安市洪泽区卫生健康局2021年政府信息公开工作年度报告
一、总体情况
2021年，我局主动公开政府信息12条，收到政府信息公开申请1件。
二、主动公开政府信息情况
第二十条第（一）项
信息内容\t本年制发件数\t本年废止件数\t现行有效件数
规章\t0\t0\t0
"""

with suppress(NianbaoError):
    read(_SAMPLE.encode(), "sample.txt")

gc.freeze()  # none of it is garbage: no process is to look through it again and again
