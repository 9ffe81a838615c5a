"""Words that tell who somebody is, exchanged for one of their kind, so that no classifier can weigh them.

Titles and words of gender, surnames, regions and the numbers of agents: a score must not depend on them.
One character in, one character out, as in `text`. Only classifiers read it; rules and people see the original.
"""

from __future__ import annotations

import re

SAME = {
    "先生": ["女士", "小姐", "太太", "男士", "阿姨", "大爷", "大妈", "大叔", "叔叔", "大哥", "大姐", "帅哥", "美女", "小哥", "小妹", "姑娘", "爷爷", "奶奶", "哥哥", "姐姐", "老公", "老婆", "儿子", "女儿", "爸爸", "妈妈"],
    "他": ["她"],
    "北京": ["上海", "天津", "重庆", "河北", "山西", "辽宁", "吉林", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "广西", "西藏", "宁夏", "新疆", "香港", "澳门", "太原", "沈阳", "大连", "长春", "南京", "苏州", "无锡", "常州", "徐州", "南通", "扬州", "镇江", "盐城", "泰州", "杭州", "宁波", "温州", "嘉兴", "绍兴", "金华", "台州", "湖州", "合肥", "芜湖", "蚌埠", "福州", "厦门", "泉州", "漳州", "莆田", "南昌", "赣州", "九江", "济南", "青岛", "烟台", "潍坊", "临沂", "济宁", "淄博", "威海", "郑州", "洛阳", "南阳", "新乡", "许昌", "武汉", "宜昌", "襄阳", "荆州", "长沙", "株洲", "湘潭", "衡阳", "岳阳", "广州", "深圳", "佛山", "东莞", "珠海", "中山", "惠州", "汕头", "江门", "湛江", "茂名", "肇庆", "海口", "三亚", "成都", "绵阳", "德阳", "宜宾", "南充", "贵阳", "遵义", "昆明", "大理", "丽江", "西安", "咸阳", "宝鸡", "兰州", "西宁", "银川", "桂林", "南宁", "柳州", "北海", "拉萨", "唐山", "保定", "邯郸", "沧州", "廊坊", "大同", "包头", "鞍山", "抚顺", "锦州", "大庆"],
    "黑龙江": ["内蒙古", "石家庄", "哈尔滨", "秦皇岛", "张家口", "连云港", "马鞍山", "景德镇", "张家界", "乌鲁木齐", "呼和浩特"],
}  # fmt: skip
"""The word that stands for its kind, and the others. Those of another length are cut or filled up to their own."""
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤罗毕郝邬安常乐于傅卞齐康伍余顾孟平黄穆萧尹姚邵汪祁毛狄米贝明臧成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝"
    "闵席季麻强贾路江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍万柯管卢莫房丁邓单洪包左石崔吉龚程邢裴陆翁荀甄封芮储靳段焦谷"
    "侯班仲宫宁仇甘武符刘景詹束龙叶司黎薄白蒲邰赖卓屠蒙池乔谭冉申桑牛边尚温庄柴瞿阎慕连习容向古易廖居衡步耿满匡文寇广欧沃"
    "聂晁冷曾沙关阙游岳帅缑肖覃代党涂"
)
_SPECIFIC = {word: (kind * 4)[: len(word)] for kind, words in SAME.items() for word in words}
_WORDS = re.compile("(?<![其吉])(?:" + "|".join(sorted(_SPECIFIC, key=len, reverse=True)) + ")")
_SURNAME = re.compile(
    rf"[{SURNAMES}](?=先生|师傅|老师|经理|主管)|(?<=姓)[{SURNAMES}]|(?<=[服席员是叫]小)[{SURNAMES}]"
)
_FULL = re.compile(
    rf"(?<=我叫|字是|名是|主是|人是)[{SURNAMES}]([\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"  # 机主是李小明，
)
_NUMBER = re.compile(r"(?:工号|编号)[是为:：\s]{0,3}([0-9]+|[零一二三四五六七八九幺]+)")


def neutral(text: str) -> str:
    """`text` with every such word exchanged; as long as before.

    >>> neutral("您好，我是客服小李，工号8021，请问是广州的陈女士吗")
    '您好，我是客服小王，工号0000，请问是北京的王先生吗'
    """
    words = _SURNAME.sub("王", _WORDS.sub(lambda m: _SPECIFIC[m[0]], text))
    words = _FULL.sub(lambda m: "王" + "某" * len(m[1]), words)
    return _NUMBER.sub(lambda m: m[0][: -len(m[1])] + ("0" if m[1].isascii() else "零") * len(m[1]), words)
