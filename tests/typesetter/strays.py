"""Files that are no report: what lands in a crawler's folder beside the reports, and what is simply broken."""

from __future__ import annotations

import zipfile
from io import BytesIO
from random import Random

from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.model import Paper
from tests.typesetter.pages import FONT
from tests.typesetter.pdf import PdfStyle, print_pdf

OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def error_page() -> bytes:
    """What a server sends instead of a PDF that has gone."""
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>404 页面不存在</title></head><body><h1>404</h1>'
        '<p>抱歉，您访问的页面不存在或已被删除。</p><p><a href="/">返回首页</a></p></body></html>'
    ).encode()


def password_pdf() -> bytes:
    """A PDF that opens with a password only."""
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1, encrypt=pdfencrypt.StandardEncryption("secret", "owner", strength=128))
    canvas.setFont(FONT, 14)
    canvas.drawString(80, 700, "政府信息公开工作年度报告")
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def truncated_pdf(paper: Paper) -> bytes:
    """A download that stopped inside the first page's content."""
    whole = print_pdf(paper, PdfStyle(), Random(1))
    return whole[: whole.index(b"stream") + 200]


def empty_pages(count: int) -> bytes:
    """A PDF of so many pages with nothing on them."""
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    for _ in range(count):
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def bare_ole() -> bytes:
    """The head of a Word 97 file and nothing after it."""
    return OLE_HEAD + bytes(504)


def repacked(content: bytes, member: str, data: bytes) -> bytes:
    """A zip container with one member's bytes replaced."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, data if info.filename == member else old.read(info))
    return stream.getvalue()


def entity_docx(paper: Paper) -> bytes:
    """A DOCX whose XML asks the reader to fetch a file of this machine."""
    whole = print_docx(paper, DocxStyle(), Random(1))
    with zipfile.ZipFile(BytesIO(whole)) as container:
        xml = container.read("word/document.xml")
    start = xml.index(b"<w:document")
    doctype = b'<!DOCTYPE w:document [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
    body = xml[start:].replace(paper.agency.encode(), b"&leak;", 1)
    return repacked(whole, "word/document.xml", xml[:start] + doctype + body)


def bomb_docx(paper: Paper, megabytes: int) -> bytes:
    """A DOCX of a few hundred kilobytes that unpacks to hundreds of megabytes."""
    whole = print_docx(paper, DocxStyle(), Random(1))
    return repacked(whole, "word/document.xml", b" " * (megabytes * 1_000_000))


def deep_html(levels: int) -> bytes:
    """Elements nested deeper than any parser's stack."""
    return ("<html><body>" + "<div><table><tr><td>" * levels + "0" + "</body></html>").encode()


def noise(size: int) -> bytes:
    """Random bytes, the same every time."""
    return Random(50).randbytes(size)


BUDGET = """白鹭区财政局2024年部门预算公开

第一部分 部门概况

一、主要职能。贯彻执行财政、税收、财务、会计管理的方针政策。

第二部分 2024年部门预算表

科目编码\t科目名称\t合计\t基本支出\t项目支出
201\t一般公共服务支出\t1863.20\t1204.15\t659.05
208\t社会保障和就业支出\t214.77\t214.77\t0
210\t卫生健康支出\t96.40\t96.40\t0
合计\t\t2174.37\t1515.32\t659.05

第三部分 名词解释

财政拨款收入：指财政当年拨付的资金。
"""

HALF_YEAR = """<html><head><meta charset="utf-8"><title>2022年上半年政府信息公开数据统计</title></head><body>
<h1>2022年上半年政府信息公开数据统计</h1><p>发布机构：白鹭区人民政府办公室</p>
<table border="1"><tr><td>项目</td><td>数量</td></tr><tr><td>主动公开信息数</td><td>1204</td></tr>
<tr><td>新收政府信息公开申请</td><td>36</td></tr><tr><td>办结</td><td>31</td></tr></table>
<p>统计期限：2022年1月1日至2022年6月30日。</p></body></html>
"""

GUIDE = """云溪县人民政府信息公开指南

为了方便公民、法人或者其他组织获取政府信息，根据《中华人民共和国政府信息公开条例》，编制本指南。

一、主动公开

（一）公开范围。本机关主动公开的信息见《云溪县人民政府政府信息公开目录》。

（二）公开形式。门户网站、政府公报、新闻发布会和查阅点。

二、依申请公开

（一）受理机构：云溪县人民政府办公室，办公时间9:00-17:00，联系电话0000-1234567。

（二）申请方式。申请人填写《政府信息公开申请表》，可以当面、邮寄或者在网上提交。

（三）办理。收到申请后20个工作日内答复。

三、监督方式

公民、法人或者其他组织认为本机关未依法履行公开义务的，可以向上级机关举报，或者依法申请行政复议、提起行政诉讼。
"""

NOTICE = """关于印发《青禾市政府信息公开工作年度报告编制要求》的通知

各县区人民政府，市政府各部门：

政府信息公开工作年度报告的格式已由国务院办公厅政府信息与政务公开办公室以国办公开办函〔2021〕30号文件修订。为做好
2023年度报告的编制和发布，现就有关事项通知如下。

一、各单位应当于2024年1月31日前在门户网站发布上一年度报告。

二、报告中的数据应当经过核对，第一项加第二项之和应当等于第三项加第四项之和。

三、各县区应当汇总所属单位的报告，于3月31日前报送市政府办公室。

青禾市人民政府办公室
2024年1月3日
"""
