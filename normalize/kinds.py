"""What else is published beside the annual reports, and how its headline reads (on folded text).

The order matters: the first kind that fits names the reason.
"""

from __future__ import annotations

from typing import Final

import regex

HEADLINES: Final[tuple[tuple[str, str, regex.Pattern[str]], ...]] = tuple(
    (code, name, regex.compile(pattern))
    for code, name, pattern in (
        (
            "half_year",
            "statistics of part of a year",
            r"上半年|下半年|半年度|前三季度|[第一二三四1234]季度|20\d\d年\d{1,2}(?:[-—至]\d{1,2})?月(?:份|政府信息|政务公开|信息公开)",
        ),
        (
            "notice",
            "a notice about the reports",
            r"(?:印发|转发|报送|编制|做好|填报|开展)\S{0,60}(?:格式|工作|报告)?\S{0,10}的通知|年度报告格式$|报告格式\(|的通知$",
        ),
        ("template", "a template or lecture", r"范文|模板|模版|样本|参考格式|填写说明|写作|怎么写"),
        (
            "website_report",
            "a website's annual return",
            r"政府网站(?:与政务新媒体|和政务新媒体)?(?:工作)?(?:年度)?(?:监管)?(?:年度)?(?:工作)?(?:报表|年报)|监管年度报表|网站监管",
        ),
        ("rule_of_law", "a report on government by law", r"法治(?:政府|机关|建设|政府建设)|依法行政"),
        ("budget", "a budget or account", r"预算|决算|三公经费|绩效(?:自评|评价)"),
        ("guide", "a guide to information disclosure", r"(?:信息公开|申请|公开)指南|办事指南|申请流程|申请表"),
        ("catalogue", "a catalogue", r"(?:公开|事项|基本|标准)目录|权责清单|事项清单|标准指引"),
        ("rules", "rules", r"(?:制度|规定|办法|条例|细则|规则|规程)(?:\(\S{0,12}\))?(?:_|-|$)"),
        ("plan", "a work plan", r"工作要点|(?:实施|工作|行动|考核)方案|工作计划|分工表|年度计划"),
        (
            "other_report",
            "an annual report of another kind",
            r"(?:社会组织|事业单位|企业|财务|环境|质量|统计|审计|信访|建议提案|扶贫|执法|普法|食品|就业|民生|党建|教育|改革)\S{0,14}(?:年度报告|年报|公报|统计)|工作报告$|述职|总结$|发展公报",
        ),
    )
)
"""Code, what it is, and the pattern of its headline."""

ERROR_PAGE: Final = regex.compile(
    r"404(?:NotFound|错误|页面|[-—_]|$)|NotFound|(?:页面|网页|文件|内容|资源|信息)(?:不存在|已?被?删除|无法(?:访问|显示|找到)|没有找到|找不到|未找到|走丢|已失效)|"
    r"(?:您|你)(?:要)?(?:访问|查看|请求)的\S{0,10}(?:不存在|已删除|找不到|出错)|系统(?:错误|异常|繁忙|维护)|服务器(?:错误|内部|繁忙|遇到)|"
    r"Forbidden|InternalServerError|BadGateway|AccessDenied|ServiceUnavailable|拒绝访问|访问被(?:拒绝|拦截|阻断)|"
    r"安全验证|人机验证|滑动验证|请输入验证码|验证码|请(?:先)?登录|用户登录|统一身份认证|没有权限|未授权|请开启JavaScript|请启用JavaScript|enableJavaScript",
    regex.I,
)
"""What a site says instead of the page that was asked for."""
