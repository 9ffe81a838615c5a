"""The words of the agreement's tables."""

from __future__ import annotations

from typing import Any

MEASURES: dict[str, dict[str, str]] = {
    "zh": {
        "mean_error": "平均误差（前者－后者）", "mean_absolute_error": "平均绝对误差", "exact": "完全一致率",
        "within_5": "相差5分以内", "pearson": "Pearson 相关", "spearman": "Spearman 相关", "icc_2_1": "ICC(2,1)",
        "agreement": "一致率", "kappa": "Cohen κ", "alpha": "Krippendorff α",
    },
    "en": {
        "mean_error": "mean error (first less second)", "mean_absolute_error": "mean absolute error",
        "exact": "exact agreement", "within_5": "within 5 points", "pearson": "Pearson", "spearman": "Spearman",
        "icc_2_1": "ICC(2,1)", "agreement": "agreement", "kappa": "Cohen's kappa", "alpha": "Krippendorff's alpha",
    },
}  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": "{contacts} 个会话，{people} 位质检员，其中 {shared} 个由多人评分；95% 置信区间",
        "machine": "机器–人", "people": "人–人", "mean": "机器–人均值", "between": "比较", "subject": "项目",
        "pairs": "对数", "measure": "指标", "value": "数值", "low": "下限", "high": "上限", "total": "总分",
        "grade": "等级", "overall": "总分与等级", "criteria": "评分项", "na_machine": "机器不适用率",
        "na_people": "人工不适用率", "unfit": "不宜自动评分", "yes": "是", "inspectors": "质检员", "groups": "坐席分组",
        "inspectors_heads": ("质检员", "会话数", "与机器之差", "下限", "上限", "与他人之差", "下限", "上限"),
        "groups_heads": ("分组", "会话数", "机器－人均值", "下限", "上限", "", "", ""),
        "worst": "最大分歧",
        "worst_heads": ("会话", "机器总分", "人工总分", "相差", "评分项", "机器判定", "人工判定", "机器依据", "引文"),
        "unfit_list": "质检员之间也不一致（α < {alpha} 且一致率 < {agreement:.0%}），不宜自动评分：{names}",
        "short": ("一致率", "κ 机–人", "α 机–人", "α 人–人", "机不适用", "人不适用"),
        "criterion": "评分项", "worst_title": "分歧最大的会话",
    },
    "en": {
        "title": "{contacts} contacts, {people} inspectors, {shared} contacts judged by several; 95 % intervals",
        "machine": "machine-human", "people": "human-human", "mean": "machine-mean of humans", "between": "between",
        "subject": "subject", "pairs": "pairs", "measure": "measure", "value": "value", "low": "low", "high": "high",
        "total": "total", "grade": "grade", "overall": "total and grade", "criteria": "criteria",
        "na_machine": "n/a, machine", "na_people": "n/a, people", "unfit": "unfit for automation", "yes": "yes",
        "inspectors": "inspectors", "groups": "agent groups",
        "inspectors_heads": ("inspector", "contacts", "less machine", "low", "high", "less others", "low", "high"),
        "groups_heads": ("group", "contacts", "machine less people", "low", "high", "", "", ""),
        "worst": "disagreements",
        "worst_heads": ("contact", "machine", "people", "difference", "criterion", "machine's outcome",
                        "people's outcome", "machine's reason", "quotes"),
        "unfit_list": "people do not agree among themselves (alpha < {alpha} and agreement < {agreement:.0%}), "
                      "unfit for automation: {names}",
        "short": ("agreement", "κ m-h", "α m-h", "α h-h", "n/a mach.", "n/a people"),
        "criterion": "criterion", "worst_title": "largest disagreements",
    },
}  # fmt: skip
