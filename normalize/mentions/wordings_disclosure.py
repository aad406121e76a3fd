"""Wordings about what was disclosed and where, and about the office's work: proposals, training, websites, accounts."""

from __future__ import annotations

from typing import Final

from normalize.mentions.wordings import CASES, DISCLOSURE, DOCUMENTS, ITEMS, SESSIONS, C, wording

CHANNELS: Final = {
    "wechat": r"微信|公众号|订阅号",
    "weibo": r"微博",
    "gazette": r"公报",
    "video": r"抖音|视频号|快手|短视频平台",
    "news": r"报刊|报纸|日报|晚报|媒体(?!账号)|头条|新华社|电视|电台|广播",
    "board": r"公示栏|公告栏|公开栏|宣传栏|电子屏|显示屏|展板|查阅点|查阅室|图书馆|档案馆",
    "press": r"新闻发布会",
    "app": r"APP|客户端|app",
    "new_media": r"新媒体",
    "website": r"网站|门户|官网|信息网|政务网|公务网|公开平台|公开网|专栏|栏目|网页|页面|管理系统|(?<!互联)网(?!友|民|络|上)",
    "other": r"其[他它](?:方式|渠道|途径|形式|平台)",
}
"""Channels of disclosure; the first that is named decides, so that 网站的微信公众号 is WeChat."""
_CHANNEL_MARKS: Final = {
    "wechat": "微信 公众号 订阅号",
    "weibo": "微博",
    "gazette": "公报",
    "video": "抖音 视频号 快手 短视频平台",
    "news": "报 媒体 头条 新华社 电视 电台 广播",
    "board": "栏 屏 展板 查阅 图书馆 档案馆",
    "press": "新闻发布会",
    "app": "APP app 客户端",
    "new_media": "新媒体",
    "website": "网 门户 公开平台 栏 管理系统 页面",
    "other": "其",
}
_MANY: Final = r"(?:等|各|多|不同).{0,6}(?:渠道|方式|平台|途径|形式|载体)"
_DISCLOSE: Final = r"(?:公开|公布|公示|刊发|刊登|刊载|张贴)"
_PUBLISH: Final = r"(?:发布|发表|更新|推送|推发|发稿|转发|编发|上传|发文|播发|投放|发送)"
_EITHER: Final = f"(?:{_DISCLOSE}|{_PUBLISH})"
_NEWS: Final = (
    r"(?:政务|政府|各类|各项|相关|有关|本单位|全部|本级|最新|工作|的|该|等|公开|社会|权威|重点|了|动态|类)*"
    r"(?:信息|资讯|内容|消息|推文|图文|文章|稿件|作品|新闻|视频|短视频|宣传|文件)?"
)
_KIND_BAN: Final = (
    r"申请|答复|建议|提案|复议|诉讼|培训|会议|热线|留言|咨询|投诉|举报|信访|问题|解读|账号|公众号№|网站№|公报№期|公报[^№]{0,3}№期|编发|"
    r"清理|整改|审查|审核|报送|移送|接收|行政(?:许可|处罚|强制|检查)№|失效|废止|有效|日均|予以|不予|同意公开|部分公开|依申请公开文件|不更新"
)
"""What is published or counted in other ways than as information."""
_COLUMNS: Final = r"|栏目|专栏|专题|目录|功能"

_PAIR: Final = (
    r"(?:(?:人大|代表)[^№；]{0,12}(?:建议|议案|意见)[^№；]{0,4}(?:、|和|及|与|以及|/)[^№；]{0,12}提案|建议(?:、|和|及|与)?(?:议案)?提案|"
    r"提案(?:、|和|及|与)?(?:人大)?(?:代表)?建议|议(?:案)?提案|政协[^№；]{0,8}提案(?:、|和|及|与)[^№；]{0,8}建议|两会[^№；]{0,6}(?:建议|提案))"
)
PROPOSALS: Final = (
    *wording(
        "congress_and_cppcc",
        rf"{_PAIR}[^№，；]{{0,12}}?{C}{CASES}",
        rf"№{CASES}[^№，；]{{0,6}}{_PAIR}",
        marks="提案 建议",
        without="分别|各№",
    ),
    *wording(
        "congress_suggestions",
        rf"(?:人大|代表)[^№，；]{{0,6}}(?:建议|意见)[^№，；提]{{0,10}}?{C}{CASES}",
        rf"№{CASES}[^№，；]{{0,4}}(?:人大|代表)[^№，；]{{0,6}}(?:建议|意见)",
        marks="人大 代表",
    ),
    *wording(
        "cppcc_proposals",
        rf"(?:政协|委员)[^№，；]{{0,6}}提案[^№，；]{{0,10}}?{C}{CASES}",
        rf"^[、和及]*(?:承办|办理|答复|办复|主办|收到)*提案{C}{CASES}",
        rf"№{CASES}[^№，；]{{0,4}}(?:政协)[^№，；]{{0,4}}提案",
        marks="提案",
    ),
    *wording(
        "congress_suggestions",
        rf"(?:^|承办|办理|答复|办复|主办|收到)(?:代表)?建议{C}{CASES}",
        topics=("cppcc", "congress"),
        marks="建议",
    ),
)
_SESSIONS: Final = "(?:场次|班次|期次|次|期|场|个|轮|批次)"
_HEADS: Final = "(?:人次|余人|人|名|位)"
_MEETING: Final = r"(?:会议|推进会|部署会|例会|调度会|联席会|座谈会|工作会|研讨会|专题会|协调会|交流会|动员会|领导小组会|常务会)"
WORK: Final = (
    *wording(
        "press_conferences",
        rf"新闻发布(?:会|活动)[^№，；]{{0,4}}?{C}(?:场次|场|次|期|个)",
        r"№(?:场次|场|次|期|个)[^№，；]{0,12}新闻发布(?:会|活动)",
        marks="新闻发布",
    ),
    *wording(
        "participants",
        rf"(?:参训|参加|参会|培训|受训|覆盖|参与|轮训|受众)[^№，；次场期]{{0,12}}?{C}{_HEADS}",
        rf"№{_HEADS}(?:次)?[^№，；]{{0,4}}(?:参加|参训|接受|参会)",
        topics=(SESSIONS,),
        without="新闻发布|申请|出席|参与办理|考核|活动[^№]{0,4}№|工作人员№|专职|兼职",
        marks="参训 参加 参会 培训 受训 覆盖 参与 轮训",
    ),
    *wording(
        "trainings",
        rf"培训(?:班|会|活动|会议|课程|讲座|工作|交流)*[^№，；]{{0,4}}?{C}{_SESSIONS}",
        rf"№{_SESSIONS}[^№，；]{{0,20}}培训",
        rf"(?:专题|业务)讲座{C}{_SESSIONS}",
        without="培训材料|培训班№个月",
        marks="培训 讲座",
    ),
    *wording(
        "meetings",
        rf"{_MEETING}[^№，；]{{0,4}}?{C}(?:场次|次|场|期|个)",
        rf"(?:召开|组织|举行|举办|开){C}(?:场次|次|场|期|个)[^№，；]{{0,18}}(?:会议|会)(?!培训|.{{0,2}}培训)",
        without="解读|议题|会议信息|会议公开|纪要|新闻发布|听证会|通气会|推介会|运动会|常务会|征集",
        marks="会",
    ),
    *wording(
        "interpretations",
        r"(?:解读|图解|一图读懂|一图看懂)(?:材料|信息|稿件|文章|产品|文件|类|作品|视频|短视频|图解|活动|稿|文|方案|政策|的|文字|图文|图片|和)*"
        rf"[^№，；]{{0,4}}?{C}(?:条|篇|件|个|份|期|次|项|则|部|幅|张|场)",
        r"№(?:条|篇|件|个|份|期|项|则|部|幅|张)[^№，；]{0,8}解读",
        without="解读率",
        marks="解读 图解 一图",
    ),
    *wording(
        "visits",
        rf"(?:访问|浏览|点击|阅读|访客)(?:总)?(?:人次|量|数|人数|次数)?[^№，；]{{0,4}}?{C}(?:人次|次|人|$|[，；])",
        r"№(?:人次|次)?(?:的)?(?:访问|浏览|点击|阅读)",
        rf"(?:来访|接待|查阅)[^№，；电话]{{0,8}}?{C}人次",
        without="参观|观摩|开放日活动|培训|咨询电话",
        marks="访问 浏览 点击 阅读 访客 来访 接待 查阅",
    ),
    *wording(
        "calls",
        rf"(?:热线|来电|电话|12345)[^№，；]{{0,16}}?{C}(?:件次|件|个|次|通|条|起|人次|批次|单)",
        r"№(?:件|个|通|次|人次|条)[^№，；]{0,10}(?:来电|电话|热线)",
        without="新闻|节目|直播|发布|设立|开通|公开电话|№期|转交|举报|政风|行风|参加|上线",
        marks="热线 来电 电话 12345",
    ),
    *wording(
        "accounts",
        rf"(?:新媒体|公众号|微博|微信|抖音号|视频号|账号|账户|头条号|订阅号)(?:平台)?(?:账号|账户|号)?{C}(?:个|家)",
        r"№(?:个|家)[^№，；]{0,12}?(?:账号|账户|公众号|新媒体|微博|视频号|抖音号|微信)",
        without="栏目|专栏|粉丝|发布|推送|作品|视频№|公开信息|关停|注销|关闭|整合|清理|僵尸",
        marks="新媒体 公众号 微博 微信 抖音 视频号 账号 账户 头条号 订阅号",
    ),
    *wording(
        "websites",
        rf"(?:政府|门户|部门|单位|政务|集约化|子)?网站(?:群)?[^№，；]{{0,2}}?{C}(?:家|个)",
        rf"子站{C}(?:家|个)",
        r"№(?:家|个)[^№，；]{0,10}?(?:网站|门户)(?!.{0,4}(?:栏目|专栏))",
        without="栏目|专栏|新增|发布|公开|信息|开设|错|问题|链接|关停|注销|关闭|整合",
        marks="网站 门户 子站",
    ),
    *wording(
        "staff",
        rf"(?:专职|兼职|专兼职|工作|公开|负责|管理|信息|联络)(?:工作)?(?:的)?(?:人员|员)[^№，；]{{0,2}}?{C}(?:名|人|位)",
        r"№(?:名|人|位)专兼?职",
        rf"(?:专职|兼职|专兼职){C}(?:名|人|位)",
        r"№(?:名|人|位)[^№，；]{0,16}?(?:工作人员|专职|兼职|人员|专人|同志|联络员|信息员|干部)",
        without="参加|参训|培训|出席|申请|领导和",
        marks="人员 专职 兼职 专人 同志 联络员 信息员 员 干部",
    ),
    *wording(
        "regulatory_documents",
        rf"(?:制发|制定|出台|印发|新制|制作|新发布|起草|发文|备案|报备)[^№，；废]{{0,14}}?规范性文件{C}(?:件|份|个|项|条|部)",
        rf"(?:制发|制定|出台|印发|新制|制作|新发布|起草|备案|报备){C}(?:件|份|个|项|条|部)[^№，；]{{0,10}}规范性文件",
        rf"新发布的[^№，；]{{0,6}}规范性文件{C}(?:件|份|个)",
        without="废止|失效|清理|有效|解读",
        marks="规范性文件",
    ),
    *wording(
        "regulatory_documents",
        rf"(?:本年(?:制)?发件(?:数)?|新制发|制发|新出台|新制定|本年制发){C}(?:件|份)",
        topics=(DOCUMENTS,),
        without="废止|失效|通知|方案|规章",
        marks="制发 发件 新出台 新制定",
    ),
)
_NUMBERED: Final = "(?:条次|篇次|条|件|篇|个|则|份)"
DISCLOSED_BY_CHANNEL: Final = tuple(
    each
    for channel, words in CHANNELS.items()
    for metric, verb in (("disclosed_by_channel", _DISCLOSE), ("published_items", _PUBLISH))
    for each in wording(
        metric,
        rf"(?:{words})[^№，；]{{0,22}}?{verb}(?:{_NEWS}|[^№，；]{{0,18}}?(?:信息|资讯|消息|文章|推文|作品|动态|新闻))(?:数据)?{C}{_NUMBERED}",
        *([rf"№{_NUMBERED}(?:信息)?(?:是|为|系)?(?:通过|经|由|在)[^№，；]{{0,12}}?(?:{words})"] if verb == _DISCLOSE else []),
        without=_KIND_BAN + "|粉丝|" + _MANY,
        marks=_CHANNEL_MARKS[channel],
        qualifier=channel,
    )
)
BARE_CHANNEL: Final = tuple(
    each
    for channel, words in CHANNELS.items()
    for each in wording(
        "disclosed_by_channel",
        rf"(?:{words})[^№，；开布新送定]{{0,8}}?(?:方式|渠道|平台|上|{_DISCLOSE}|{_NEWS}){{0,3}}{C}(?:条次|条|篇|件|则)",
        topics=(DISCLOSURE,),
        without=_KIND_BAN + "|粉丝|" + _MANY,
        marks=_CHANNEL_MARKS[channel],
        qualifier=channel,
    )
)
_REPORTS: Final = (
    r"(?:政府|政务|各类|各项|相关|有关|全部|本级|公开|的|了|类|重点|等|文件)*(?:信息|内容|事项)(?:类)?(?:数量|总数|总量)?"
)
DISCLOSED: Final = (
    *wording(
        "published_items",
        rf"(?:发布|更新)(?:了)?各类(?:政府|政务|相关|有关|工作|公开)*信息{C}{ITEMS}",
        without=r"微信|公众号|微博|抖音|视频号|主动公开",
        marks="各类",
    ),
    *DISCLOSED_BY_CHANNEL,
    *wording(
        "disclosed_items",
        rf"(?<!不予|部分|同意)(?:主动)?公开(?:和更新)?{_REPORTS}{C}{ITEMS}",
        rf"主动公开(?:总数|总量|数)?{C}{ITEMS}(?:政府|政务)?(?:信息)?",
        rf"信息(?:主动)?公开(?:总数|总量|数)?{C}(?:条次|条|篇)",
        rf"公开{C}{ITEMS}(?:政府|政务|各类)*信息",
        without=r"申请|答复|不予|复议|诉讼|解读",
        marks="公开",
    ),
    *wording(
        "published_items",
        rf"(?:发布|更新|推送|公布)(?:了)?(?:政府|政务|各类|相关|有关|工作|公开|动态|最新|权威|重要|等)*(?:信息|资讯|消息){C}{ITEMS}",
        rf"(?:发布|更新|推送|公布)(?:了)?{C}(?:条|篇)(?:$|[，（(]|信息|政务|政府)",
        without=_KIND_BAN + _COLUMNS,
        marks="发布 更新 推送 公布",
    ),
    *BARE_CHANNEL,
    *wording(
        "disclosed_by_kind",
        rf"{_EITHER}[^№，；]{{1,26}}?{C}(?:条|件|篇|份|则)",
        rf"(?:(?<!政府|政务|类)信息|文件|公告|动态|预?决算|规划|法规|简介|概况|要闻|统计数据|公示|通知|解答|指南|目录|办事|招考|招聘){{1,2}}类?{C}(?:条|件|篇|份|则)",
        without=_KIND_BAN + _COLUMNS + r"|微信|微博|作品|粉丝|通知№|任务|提示|清单|方案|办法|制度",
        marks="公开 发布 更新 推送 刊登 公布 刊发 发表 信息 文件 公告 动态 决算 规划 法规 简介 概况 要闻 数据 公示 通知 指南",
        topics=(DISCLOSURE,),
    ),
)
DISCLOSURE_WORDINGS: Final = (*PROPOSALS, *WORK, *DISCLOSED)
