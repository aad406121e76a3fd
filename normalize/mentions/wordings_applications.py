"""Wordings about applications, what became of them, fees, reviews and suits."""

from __future__ import annotations

from typing import Final

from normalize.mentions.wordings import AND, ANSWERS, APP, APPLICATIONS, CASES, DISPUTES, FEES, GET, C, wording

_NOT_APPLICATIONS: Final = r"复议|诉讼|许可|投诉|举报|信访|留言|咨询|建议|提案|救助|补[助贴]|热线|工单|培训|申请人(?!提)"
_DONE: Final = r"(?:已|均|全部|被|获|结果|予以|为|复议机关|法院|判决|裁定|依法|案件)*"
_CORRECTED: Final = r"(?:纠正|纠错|撤销|确认违法|败诉|责令)"
_UPHELD: Final = r"(?:维持|驳回|胜诉)"
_BOTH: Final = r"复议(?:案件)?(?:或|和|及|与|、)(?:提起)?(?:行政)?(?:诉讼|应诉)|诉讼(?:案件)?(?:和|及|与|、)(?:行政)?复议"

FEES_CHARGED: Final = (
    *wording("fee_notices", rf"收费通知[书单]?{C}{CASES}", rf"发出№{CASES}收费通知", marks="收费通知"),
    *wording(
        "fee_collected",
        rf"(?:收取|收缴|实收|征收|收费)[^№，；]{{0,16}}?{C}(?:万元|元)",
        topics=(FEES,),
        without=r"行政事业性|非税|罚款|采购|减免|免收",
        marks="收取 收费 实收 收缴 征收",
    ),
)
OUTCOMES: Final = tuple(
    each
    for dispute, topic in (("reviews", "reviews"), ("suits", "suits"))
    for outcome, words in (("upheld", _UPHELD), ("corrected", _CORRECTED))
    for each in wording(
        f"{dispute}_{outcome}",
        rf"{words}[^№，；]{{0,12}}?{C}{CASES}",
        rf"№{CASES}{_DONE}{words}",
        topics=(topic,),
        without="撤销申请|当事人|诉求|撤销复议",
        marks="维持 驳回 胜诉 纠正 纠错 撤销 确认违法 败诉 责令",
    )
)
_DISPUTED: Final = (
    *OUTCOMES,
    *wording(
        "reviews",
        rf"{AND}(?:行政)?复议(?:类)?(?:案件|申请|案|数量|事项|件)?[^№，；诉]{{0,6}}?{C}{CASES}",
        rf"{C}{CASES}[^№，；诉]{{0,26}}(?<![、和与])(?:行政)?复议(?!机关|.{{0,3}}诉讼|.{{0,6}}纠)",
        rf"被(?:申请)?复议{C}{CASES}",
        without=f"复议机关|复议决定|{_BOTH}",
        topics=(DISPUTES,),
        marks="复议",
    ),
    *wording(
        "suits",
        rf"{AND}(?:行政)?(?:诉讼|应诉)(?:类)?(?:案件|案|数量|事项|件)?[^№，；复]{{0,6}}?{C}{CASES}",
        rf"{C}{CASES}[^№，；复]{{0,26}}(?<![、和与])(?:行政)?诉讼",
        without=_BOTH + "|出庭",
        topics=(DISPUTES,),
        marks="诉讼 应诉",
    ),
)
DISPUTED: Final = (
    *wording("suits", rf"直接起诉{C}{CASES}", marks="直接起诉", topics=(DISPUTES,), qualifier="direct"),
    *wording(
        "suits", rf"复议后(?:再|又)?(?:起诉|提起诉讼){C}{CASES}", marks="复议后", topics=(DISPUTES,), qualifier="after_review"
    ),
    *_DISPUTED,
)
_SAID: Final = r"(?:的|答复|申请|信息|政府|相关|范围|告知|处理|决定|件)*"
REFUSED_FOR: Final = {
    "state_secret": "国家秘密",
    "law": "法规禁止公开|法规禁止",
    "safety": "三安全一稳定|危及",
    "third_party": "第三方合法权益",
    "internal": "内部事务",
    "process": "过程性信息",
    "enforcement_file": "执法案卷",
    "inquiry": "行政查询事项",
}
"""Reasons of refusal, by the row of the forms of 2019 and 2021."""
NOT_PROCESSED_FOR: Final = {
    "petition": "信访|举报投诉类",
    "repeat": "重复申请|重复提出",
    "publication": "公开出版物",
    "excessive": "大量反复",
    "reconfirm": "重新出具",
}
"""Reasons not to process, likewise."""
RESULTS: Final = (
    *wording(
        "applications_partly_granted",
        rf"{AND}(?:予以|同意)?部分(?:予以|同意)?公开{_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:为|予以|同意)*部分公开",
        topics=(APPLICATIONS, ANSWERS),
        marks="部分公开 部分予以 部分同意",
    ),
    *wording(
        "applications_refused",
        rf"{AND}(?:不予|不同意|不)公开{_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:为|决定|依法)*(?:不予|不同意)公开",
        topics=(APPLICATIONS, ANSWERS),
        marks="不予公开 不同意公开 不公开",
    ),
    *wording(
        "applications_granted",
        rf"(?<![及和、与或不动请开分])(?:予以|同意|全部|全文)公开{_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:为|均|已)*(?:予以|同意)公开(?!.{{0,2}}部分)",
        topics=(APPLICATIONS, ANSWERS),
        without="主动|及部分|部分公开",
        marks="予以公开 同意公开 全部公开 全文公开",
    ),
    *wording(
        "applications_unavailable",
        rf"无法提供{_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:为|因[^№]{{0,12}})?无法提供",
        topics=(APPLICATIONS, ANSWERS),
        marks="无法提供",
    ),
    *wording(
        "applications_unavailable",
        rf"(?:不存在|不掌握|非本(?:机关|部门|单位|级)[^№，；]{{0,6}}(?:掌握|职责|公开)|没有现成信息[^№，；]{{0,8}}|"
        rf"不属于本(?:机关|单位|行政机关|部门)[^№，；]{{0,6}}?){_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?[^№，；]{{0,8}}(?:信息不存在|不掌握)",
        topics=(APPLICATIONS, ANSWERS),
        marks="不存在 掌握 非本 现成 不属于本",
        qualifier="not_held",
    ),
    *wording(
        "applications_unavailable",
        rf"(?:仍|补正)[^№，；]{{0,10}}不明确[^№，；]{{0,8}}?{C}{CASES}",
        topics=(APPLICATIONS, ANSWERS),
        marks="不明确",
        qualifier="unclear",
    ),
    *(
        each
        for metric, reasons in (("applications_refused", REFUSED_FOR), ("applications_not_processed", NOT_PROCESSED_FOR))
        for reason, words in reasons.items()
        for each in wording(
            metric,
            rf"(?:{words})[^№，；]{{0,14}}?{_SAID}{C}{CASES}",
            topics=(APPLICATIONS, ANSWERS),
            marks=words.replace("|", " "),
            without="公开行政|条例№",
            qualifier=reason,
        )
    ),
    *wording(
        "applications_not_processed",
        rf"不予处理{_SAID}{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:为|因[^№]{{0,12}})?不予处理",
        topics=(APPLICATIONS, ANSWERS),
        marks="不予处理",
    ),
)
_CARRY: Final = r"(?:结转|转|顺延|延期|延|跨年|留待|接转)(?:至|到|入|转|结|办)*"
CARRIED: Final = (
    *wording(
        "applications_carried_out",
        rf"{_CARRY}(?:下|次|20\d\d|明)一?年度?[^№，；]{{0,14}}?{C}{CASES}",
        rf"№{CASES}[^№，；]{{0,16}}{_CARRY}(?:下|次|20\d\d|明)一?年",
        marks="下年 下一年 次年 20 明年",
    ),
    *wording(
        "applications_carried_in",
        rf"(?:上一?年度?|去年度?|20\d\d年度?)[^№，；申]{{0,4}}(?:结转|转入|转结|接转|遗留)[^№，；]{{0,16}}?{C}{CASES}",
        rf"结转(?:自)?(?:上一?年度?|去年)[^№，；]{{0,12}}?{C}{CASES}",
        rf"№{CASES}(?:为|系|是)?(?:上一?年度?|去年)[^№，；]{{0,3}}(?:结转|转入)",
        marks="结转 转入 转结 接转 遗留",
    ),
)
_WAYS: Final = {
    "online": r"网上|网络|网站|在线|互联网|线上|通过[^№，；]{0,10}(?:平台|系统)|邮箱|电子邮件|邮件",
    "in_person": r"当面|现场|窗口|当场|面交|线下|上门",
    "letter": r"信函|邮寄|来信|书面|EMS|快递|邮政|寄送|挂号信|信件",
    "fax": r"传真",
    "other": r"其[他它](?:方式|渠道|途径|形式)",
}
_WAY_MARKS: Final = {
    "online": "网 在线 线上 平台 系统 邮箱 邮件",
    "in_person": "当面 现场 窗口 当场 面交 线下 上门",
    "letter": "信函 邮寄 来信 书面 EMS 快递 邮政 寄送 挂号信 信件",
    "fax": "传真",
    "other": "其",
}
_APPLICANTS: Final = {
    "natural_person": r"自然人|公民个人",
    "business": r"商业企业|企业",
    "research": r"科研机构",
    "public_welfare": r"社会公益组织",
    "legal_service": r"法律服务机构",
    "organisation": r"法人(?:或者?其[他它]组织)?|其[他它]组织",
}
_ASKED: Final = r"(?:申请|提交|提出|收到|受理|方式|渠道|途径|形式|件|的|来|、)*"
BY_WAY: Final = tuple(
    each
    for way, words in _WAYS.items()
    for each in wording(
        "applications_by_channel",
        rf"(?:{words})[^№，；复诉]{{0,14}}?{_ASKED}{C}{CASES}",
        rf"№{CASES}(?:为|是|系|通过)(?:{words})",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS + r"|等.{0,4}(?:渠道|方式|途径|形式|平台)|发布|推送|信息№条|主动公开|答复|办结|办理",
        marks=_WAY_MARKS[way],
        qualifier=way,
    )
)
BY_APPLICANT: Final = tuple(
    each
    for applicant, words in _APPLICANTS.items()
    for each in wording(
        "applications_received",
        rf"(?:{words})[^№，；复诉]{{0,10}}?{_ASKED}{C}{CASES}",
        rf"№{CASES}(?:为|是|系|来自)(?:{words})",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS.replace("|申请人(?!提)", "")
        + "|答复|办结|、.{0,12}(?:、|和)|和其[他它]组织|或者?其[他它]组织提出",
        marks="自然人 公民个人 企业 科研 公益 法律服务 法人 组织",
        qualifier=applicant,
    )
)
RECEIVED: Final = (
    *wording(
        "applications_received",
        rf"{GET}[^№；]{{0,24}}?{APP}{C}{CASES}",
        rf"{GET}{C}{CASES}[^№，；]{{0,16}}?(?:申请|依申请公开)(?!人|表|的?答复)",
        without=_NOT_APPLICATIONS,
        marks="申请",
    ),
    *wording(
        "applications_received",
        rf"{GET}[^№；]{{0,10}}?(?:申请(?:书|件)?)?{C}{CASES}",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS + "|费|结转|答复|来信|来电|意见",
        marks="收 受理 接到",
    ),
    *wording(
        "applications_received",
        rf"申请(?:总)?(?:数|量|件)?{C}{CASES}",
        rf"^{C}{CASES}(?:政府信息公开)?申请(?:$|中)",
        rf"新增{C}{CASES}$",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS + "|答复|收办|共办|办结|办理|处理|结转|撤回|重复|网|信函|当面|现场|邮|传真",
        marks="申请 新增",
    ),
    *wording(
        "applications_handled",
        rf"(?:收办|办结|办理完?结?|处理完?[毕成]?|共办|办毕|处结)(?:了)?[^№；，]{{0,14}}?{APP}{C}{CASES}",
        rf"(?:收办|办结|办理完?结?|处理完?[毕成]?|共办|办毕|处结)(?:了)?(?:政府)?(?:信息公开)?(?:申请)?{C}{CASES}(?!.{{0,4}}(?:留言|建议|提案|热线|案件))",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS + "|相关|诉求|其[他它]处理",
        marks="办 处理 处结",
    ),
    *wording(
        "applications_answered",
        rf"(?:答复|办复|回复|作出答复)[^№；，]{{0,12}}?(?:{APP}|申请)?{C}{CASES}",
        rf"№{CASES}(?:申请)?(?:均|已|全部|依法|按时|按期|在[^№，；]{{0,8}}内)*(?:予以|作出|给予|进行)?(?:了)?(?:答复|回复)",
        topics=(APPLICATIONS,),
        without=_NOT_APPLICATIONS + "|率|期限|延长|延期|期内№|意见",
        marks="答复 办复 回复",
    ),
    *wording(
        "applications_received",
        rf"(?:^|[，、：]|年|年度|共有|有|涉及|出现|办公室|局|委|镇|街道|单位|机关)(?:本|全|我)?(?:年度?)?(?:政府信息公开申请|依申请公开(?:政府信息)?(?:申请)?|信息公开申请|申请公开){C}{CASES}",
        without=_NOT_APPLICATIONS + "|答复|办结|办理|结转",
        marks="申请",
    ),
)
APPLICATION_WORDINGS: Final = (
    *FEES_CHARGED,
    *DISPUTED,
    *CARRIED,
    *RESULTS,
    *BY_WAY,
    *BY_APPLICANT,
    *RECEIVED,
)
