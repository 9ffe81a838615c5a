"""The words of cards and reports of training and evaluation, in Chinese and English."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "title": ("任务“{task}”的分类模型", "Classifier of the task '{task}'"),
    "made": ("由 autoscorer {version} 训练，种子 {seed}。", "Trained by autoscorer {version}, seed {seed}."),
    "base_own": ("在随附模型的输出上调整，而不是替换它。", "It adjusts what the shipped head says, and does not replace it."),
    "base_none": ("从编码器的向量开始训练。", "It was fitted to the vectors of the encoder alone."),
    "base_ours": ("随附的编码器", "the shipped encoder"),
    "base_tuned": ("编码器由 {name} 微调而来（权重 sha256 `{sha}`），只供本任务使用：在 {seen} 个会话上微调，在另外 {unseen} 个会话上校准。",
                   "Its encoder, which no other task reads, was fine-tuned from {name} (sha256 of the weights `{sha}`) on "
                   "{seen} dialogues, and calibrated on {unseen} others."),
    "licence": ("原编码器的许可证：encoder/LICENSE（原文件 {file}）。", "The base's licence is in encoder/LICENSE (its file {file})."),
    "no_licence": ("原编码器的文件夹里没有许可证文件。", "The folder of the base has no licence file."),
    "tuned_size": ("编码器 {size} MB，在一个核上每句 {time} 毫秒。", "The encoder has {size} MB and takes {time} ms a turn on one core."),
    "data": ("数据", "Data"),
    "file": ("文件", "file"),
    "sizes": ("训练：{fit} 个会话，{turns} 条标注。另留：{apart} 个会话，训练从未见过（{kind}）。",
              "Fitted on {fit} dialogues, {turns} labels. Kept apart: {apart} dialogues that training never saw ({kind})."),
    "held_out": ("按内容和种子抽取的五分之一", "a fifth, drawn by content and seed"),
    "test": ("--test 给出的文件", "the files given by --test"),
    "in_data": ("数据检查：重复 {duplicates}，自相矛盾 {contradictions}，可疑标签 {doubted}，无法读取 {left_out}，测试中已见过 {refused}。",
                "Found in the data: {duplicates} duplicates, {contradictions} contradictions, {doubted} doubtful labels, "
                "{left_out} unreadable, {refused} refused as seen in training."),
    "thin": ("样本太少（少于 {least} 条），数字不可靠：{labels}", "too few turns (below {least}), figures say little: {labels}"),
    "figures": ("留出部分的结果（95 % 区间）", "Figures on the part kept apart (95 % intervals)"),
    "figure": ("指标", "figure"),
    "new": ("新模型", "new"),
    "present": ("现用模型", "present"),
    "commonest": ("总猜最常见标签", "always the commonest label"),
    "difference": ("差", "difference"),
    "labels": ("各标签", "By label"),
    "label": ("标签", "label"),
    "precision": ("精确率", "precision"),
    "recall": ("召回率", "recall"),
    "gold": ("样本", "gold"),
    "confusion": ("混淆（行：人工，列：模型，“-”：不确定）", "Confusion (rows: people, columns: model, '-': unsure)"),
    "calibration": ("期望校准误差 {error}", "Expected calibration error {error}"),
    "verdict": ("启用", "Promotion"),
    "promoted": ("不比对照差，已启用", "not worse than what it was compared with; put in use"),
    "forced": ("比对照差，因 --force 仍启用", "worse than what it was compared with; put in use by --force"),
    "not_asked": ("未启用：没有要求（--promote）", "not in use: nobody asked for it (--promote)"),
    "worse": ("比对照差，未启用；现用模型不变", "worse than what it was compared with; not put in use, the present model stays"),
    "limits": ("说明", "Limits"),
    "limits_text": ("- 概率按训练数据校准，用于别的渠道或行业时会偏移。\n- errors.csv 和 second_look.csv 含有会话原文，分享模型前请删除。",
                    "- Probabilities are calibrated on text like the training data; other text shifts them.\n"
                    "- errors.csv and second_look.csv quote transcripts; delete them before you share the model."),
    "dialogues": ("会话", "dialogues"),
    "duplicate": ("重复：{copy} 与 {first} 相同，只用一次", "duplicate: {copy} is the same as {first}; used once"),
    "contradiction": ("矛盾：“{text}”标注不一：{readings}", "contradiction: '{text}' is labelled in different ways: {readings}"),
    "left_out": ("未读入：{what}", "left out: {what}"),
    "refused": ("测试中剔除（训练里已有）：{what}", "refused in the test, training has it: {what}"),
    "more": ("……另有 {count} 条", "... and {count} more"),
    "suspicious": ("{count} 个标签可疑，见 {file}", "{count} labels look doubtful, see {file}"),
    "kept": ("已保存为 {task} 第 {version} 版：{folder}", "kept as version {version} of {task}: {folder}"),
    "wrote": ("已写入 {folder}", "wrote {folder}"),
    "how_to_use": ("启用它：autoscorer models use {task} {version}", "to put it in use: autoscorer models use {task} {version}"),
    "back": ("恢复原模型：autoscorer models rollback {task}", "to bring the old one back: autoscorer models rollback {task}"),
    "counts": ("{dialogues} 个结果，人工标注中缺结果 {missing}，轮次对不上 {mismatched}",
               "{dialogues} results; gold dialogues without a result: {missing}, with other turns: {mismatched}"),
    "score": ("总分与人工评分：Spearman {spearman}，平均绝对误差 {mean_absolute_error}（{dialogues} 个会话）",
              "totals against people's scores: Spearman {spearman}, mean absolute error {mean_absolute_error} "
              "({dialogues} dialogues)"),
    "errors": ("最有把握的错误", "The surest errors"),
    "error": ("{task}  {place}  人工：{gold}  模型：{found}  {p:.2f}", "{task}  {place}  people: {gold}  found: {found}  {p:.2f}"),
    "encode": ("计算向量", "encoding"),
    "fit": ("训练", "fitting"),
    "fit_grams": ("训练字词部分", "fitting the n-grams"),
    "rules": ("运行规则", "running rules"),
    "compare": ("对比", "comparing"),
    "tune": ("微调编码器", "fine-tuning the encoder"),
}  # fmt: skip


def say(lang: Lang, key: str, **values: object) -> str:
    """A word or sentence in `lang`, with its values."""
    return WORDS[key][0 if lang == "zh" else 1].format(**values)
