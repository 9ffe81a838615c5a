"""The sheets of a rule workbook: which column holds which key, and what it says to its reader."""

from __future__ import annotations

from dataclasses import dataclass

from .cells import Choice, Kind, Lines, Nested, Number, Text

TITLE = "autoscorer rules"
HELP = "说明"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the key that it stands for, and what its cells hold; `needed` in each row."""

    key: str
    head: str
    kind: Kind
    width: int
    told: str
    example: str = ""
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: one row for each rule, behavior, condition or setting."""

    key: str
    name: str
    columns: tuple[Column, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.head for column in self.columns)


_TRUTH = {"是": True, "否": False}
_SOUND = Choice({"自动": "auto", **_TRUTH})
_HANDLING = Choice({"照算": "allow", "不算": "ignore"})
_SEEN = "写一个行为或条件的名字，或 YAML"

RULES = Sheet(
    "rules",
    "规则",
    (
        Column("id", "编号", Text(), 22, "规则的名字，不能重复：字母、数字、汉字、_ . -", "hold.wait", True),
        Column("behavior", "行为", Text(), 16, "找哪种行为：“行为”表里的编号，或默认规则库里的", "hold", True),
        Column("phrases", "词句", Lines(), 30, "出现这几个字就算命中，一行一条", "请稍等\n稍等片刻"),
        Column("need", "词句要几条", Choice({"任一": "any", "全部": "all", "都没有": "none"}, numbers=True), 11, "不写为任一；也可以写数字", "全部"),
        Column("words", "词", Lines(), 16, "首尾必须正好是词的边界，一行一条；适合短词", "行"),
        Column("regex", "正则", Lines(), 40, "正则表达式，一行一条", "第.次"),
        Column("tokens", "分词模式", Nested(), 24, "YAML：按词写的模式", "- [{text: 申请}, {op: '?'}, {text: [退款, 退货]}]"),
        Column("unless", "例外", Lines(), 24, "命中落在这些词句里就作废，一行一条", "不用稍等"),
        Column("unless_regex", "例外正则", Lines(), 40, "命中落在这些正则的命中里就作废，一行一条", "第一次"),
        Column("match", "条件", Nested(), 50, "YAML：用条件代替词句。没有“词句、词、正则、分词模式”时才写", "all:\n- apology\n- phrases: [但是]"),
        Column("where", "位置", Choice({"开头": "opening", "结尾": "closing", "任何位置": "anywhere"}), 10, "不写为任何位置", "开头"),
        Column("turns", "第几句", Nested(), 12, "[第一句, 最后一句]：该角色的句子，从 0 起；负数从末尾数，null 为到最后", "[-2, null]"),
        Column("seconds", "第几秒", Nested(), 12, "[开始, 结束]：写法同“第几句”", "[0, 30]"),
        Column("after", "在…之后", Nested(), 20, _SEEN, "complaint"),
        Column("before", "在…之前", Nested(), 20, _SEEN, "{of: hold, within: 2}"),
        Column("around", "在…前后", Nested(), 20, _SEEN, "{of: upset, nth: 1}"),
        Column("within", "相隔几句", Number(), 10, "前后关系管几句；不写为 4", "2"),
        Column("transcript", "会话", Choice({"打字": "typed", "语音": "speech"}), 8, "只用于这类会话；不写为都用", "语音"),
        Column("same_sound", "同音", _SOUND, 8, "按读音也找（报歉当抱歉）；不写同“设置”", "自动"),
        Column("negation", "否定", _HANDLING, 8, "紧跟在否定后面的算不算；不写同“设置”", "不算"),
        Column("quoted", "引用", _HANDLING, 8, "引号里的、转述的算不算；不写同“设置”", "不算"),
        Column("confidence", "可信度", Number(), 8, "0 到 1；不写为 0.9", "0.9"),
        Column("decisive", "命中就算", Choice(_TRUTH), 10, "否：与模型一起判断；不写为是", "否"),
        Column("note", "备注", Text(), 40, "写给同事"),
    ),
)  # fmt: skip
BEHAVIORS = Sheet(
    "behaviors",
    "行为",
    (
        Column("id", "编号", Text(), 22, "行为的名字，不能重复", "membership", True),
        Column("role", "角色", Choice({"客服": "agent", "客户": "customer"}), 8, "看谁说的话", "客服", True),
        Column("name", "名称", Text(), 20, "报告里怎么称呼", "推荐会员", True),
        Column("name_en", "英文名称", Text(), 36, "英文报告里怎么称呼", "offers the membership"),
    ),
)
CONDITIONS = Sheet(
    "conditions",
    "命名条件",
    (
        Column("id", "名称", Text(), 24, "规则里用这个名字指这个条件；不能与行为重名", "upset", True),
        Column(
            "condition", "条件", Nested(), 90, "YAML", "any:\n- complaint\n- phrases: [气死, 太离谱]", True
        ),
    ),
)
SETTINGS = Sheet(
    "",
    "设置",
    (
        Column("item", "项目", Text(), 16, "见下；这一列不要改", "", True),
        Column("value", "值", Text(), 24, "不写为默认"),
    ),
)
ITEMS = (
    Column("id", "规则库编号", Text(), 0, "规则库的名字", "my-shop"),
    Column("version", "版本", Text(), 0, "改动后加一", "2"),
    Column("extends", "沿用", Choice({"默认规则库": "default"}), 0, "在默认规则之上加自己的；不写为只用这里的规则", "默认规则库"),
    Column("positions.opening", "开头几句", Number(), 0, "每个角色的前几句算开头", "3"),
    Column("positions.closing", "结尾几句", Number(), 0, "每个角色的后几句算结尾", "4"),
    Column("same_sound", "同音", _SOUND, 0, "规则里不写时用的值", "自动"),
    Column("negation", "否定", _HANDLING, 0, "规则里不写时用的值", "照算"),
    Column("quoted", "引用", _HANDLING, 0, "规则里不写时用的值", "照算"),
)  # fmt: skip
"""The rows of the settings."""
TABLES = (RULES, BEHAVIORS, CONDITIONS)
INTRODUCTION = (
    "这个工作簿是 autoscorer 的一个规则库。改完后运行：autoscorer rules import 本文件.xlsx -o 规则库.yaml",
    "每张表一行一条；列的顺序可以换，不用的列可以删。空着的格就是没有写。不认公式：以 = 开头的内容请先把单元格设为文本。",
    "“一行一条”：在单元格里按 Alt+Enter 换行。首尾的空格不算；要保留空格、换行或引号，就用英文双引号括起来，写法同 JSON。",
    "写“YAML”的格，写法与规则库文件里的相同，见 docs/rules-and-rubrics.zh.md。",
)
