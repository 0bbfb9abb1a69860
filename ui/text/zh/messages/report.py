"""The report: what the models are, the verdict, the remarks beside it, the learning curve."""

TEXT = {
    # 模型
    "source-only": "仅源模型",
    "source-only (linear probe)": "仅源模型（线性探针）",
    "transferred": "迁移模型",
    "target-only": "仅目标模型",
    "classical": "传统模型",
    "one model, same compute": "同等算力的单模型",
    "transferred, member {number}": "迁移模型，成员 {number}",
    "one of those that vote": "参与投票的成员之一",
    "seed ensemble": "种子集成",
    "{model}, trained on the source texts alone": "{model}，仅在源文本上训练",
    "{model} as it is": "未经改动的 {model}",
    "{model}, frozen, with a linear probe trained on the target labels: there are no labelled source texts": (
        "冻结的 {model}，线性探针在目标标签上训练：没有带标签的源文本"
    ),
    "source-only, {made}": "仅源模型，{made}",
    "source-only, nothing added": "仅源模型，未作改动",
    "the transferred model's architecture and vocabulary from random weights, same target labels": (
        "与迁移模型的架构和词表相同，从随机权重出发，使用相同的目标标签"
    ),
    "logistic regression over n-grams, same target labels": "基于 n-gram 的逻辑回归，使用相同的目标标签",
    "one model trained {factor:.3g} times as long as a member, which takes the compute of all {members}": (
        "单个模型，训练时长为一个成员的 {factor:.3g} 倍，算力与全部 {members} 个成员相当"
    ),
    "{members} models that differ in their seed alone, probabilities averaged": (
        "{members} 个仅种子不同的模型，概率取平均"
    ),
    "vocabulary extended": "扩充词表",
    "vocabulary transplanted": "移植词表",
    "vocabulary taken over from another model": "采用其他模型的词表",
    "adapted by masked LM": "以掩码语言模型适应",
    "self-trained": "自训练",
    "co-trained with a classical second view": "与传统方法的第二视图协同训练",
    "{tuned} on the target labels": "在目标标签上{tuned}",
    "{tuned} on the labels found": "在打出的标签上{tuned}",
    "fine-tuned": "微调",
    "with a linear probe": "训练线性探针",
    "unfrozen layer by layer": "逐层解冻",
    "fine-tuned by LoRA": "用 LoRA 微调",
    "bridged to the frozen source encoder": "经注意力桥连接冻结的源编码器",
    "trained on the target texts": "在目标文本上训练",
    "bagging of {members}": "{members} 个成员的 Bagging 集成",
    "boosting of {members}": "{members} 个成员的 Boosting 集成",
    # 指标与差值
    "an accuracy": "准确率",
    "a macro-F1": "宏平均 F1 ",
    "a micro-F1": "微平均 F1 ",
    "an exact match": "完全匹配率",
    "an entity F1": "实体 F1 ",
    "an entity precision": "实体精确率",
    "an entity recall": "实体召回率",
    "a perplexity": "困惑度",
    "a masked accuracy": "掩码预测准确率",
    "{percent:.1f} %": "{percent:.1f} %",
    "{value:,.2f}": "{value:,.2f}",
    "level with {other}": "与{other}持平",
    "{points:.1f} points above {other}": "比{other}高 {points:.1f} 个百分点",
    "{points:.1f} points below {other}": "比{other}低 {points:.1f} 个百分点",
    "{value:,.2f} above {other}": "比{other}高 {value:,.2f}",
    "{value:,.2f} below {other}": "比{other}低 {value:,.2f}",
    "{model}: {value}": "{model}：{value}",
    # 结论
    "Transfer helped: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "{better} ({against}).": (
        "迁移有效：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，{better}（{against}）。"
    ),
    "On the {texts:,} frozen test texts the transferred model has {metric} of {value}, {better}, but the difference "
    "from {other} is within noise: {level} ({against}).": (
        "在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，{better}，"
        "但与{other}的差异在噪声范围内：{level}（{against}）。"
    ),
    "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "{worse}, though {better} ({against}).": (
        "迁移有害：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，{worse}，不过{better}（{against}）。"
    ),
    "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "{worse}, and within noise of {other} ({against}).": (
        "迁移有害：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，{worse}，"
        "与{other}的差异在噪声范围内（{against}）。"
    ),
    "Transfer hurt here: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "{worse} ({against}).": (
        "迁移有害：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，{worse}（{against}）。"
    ),
    "No clear winner: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "and the differences are within noise: {level} ({against}).": (
        "未分胜负：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，差异都在噪声范围内："
        "{level}（{against}）。"
    ),
    "No clear winner: on the {texts:,} frozen test texts the transferred model has {metric} of {value}, "
    "and the difference is within noise: {level} ({against}).": (
        "未分胜负：在 {texts:,} 条固定测试文本上，迁移模型的{metric}为 {value}，差异在噪声范围内："
        "{level}（{against}）。"
    ),
    # 补充说明
    "There are no target labels, so there is no target-only model: the verdict is against source-only alone.": (
        "没有目标标签，因此没有仅目标模型：结论只与仅源模型相比。"
    ),
    "{model} has no perplexity: its tokenizer knows none of the test texts' tokens that it could be asked to guess. "
    "The verdict is against target-only alone.": (
        "{model}没有困惑度：测试文本中没有它的分词器认识、可供它猜测的词元。结论只与仅目标模型相比。"
    ),
    "The source model brings no head for masked LM, so {model} guesses by one that was drawn at random: its perplexity "
    "({value}) says nothing of the encoder, and the verdict is against target-only alone.": (
        "源模型没有自带掩码语言模型的头，因此{model}用随机生成的头来猜测：其困惑度（{value}）不能说明编码器的好坏，"
        "结论只与仅目标模型相比。"
    ),
    "The perplexity of {model} ({value}) is by another vocabulary, whose tokens are harder or easier to guess: "
    "it can't be compared, and the verdict is against target-only alone.": (
        "{model}的困惑度（{value}）基于另一个词表，其词元更难或更易猜测：无法比较，结论只与仅目标模型相比。"
    ),
    "A logistic regression over n-grams does better ({value}, {distance}): a transformer is not worth its cost here.": (
        "基于 n-gram 的逻辑回归效果更好（{value}，{distance}）：这里不值得付出 Transformer 的代价。"
    ),
    "A logistic regression over n-grams does as well ({value}): a transformer is not worth its cost here.": (
        "基于 n-gram 的逻辑回归效果同样好（{value}）：这里不值得付出 Transformer 的代价。"
    ),
    "A logistic regression over n-grams reaches {value}, {distance}; the distance is no noise.": (
        "基于 n-gram 的逻辑回归达到 {value}，{distance}；这一差距并非噪声。"
    ),
    "A logistic regression over n-grams reaches {value}, {distance}, which is within noise: "
    "these texts can't tell whether a transformer is worth its cost here.": (
        "基于 n-gram 的逻辑回归达到 {value}，{distance}，在噪声范围内：这些文本无法判断是否值得付出 "
        "Transformer 的代价。"
    ),
    "one model that trained with the compute of all its members": "训练算力等于全部成员之和的单个模型",
    "as many members that differ in their seed alone": "同样数量、仅种子不同的成员",
    "more than chance": "并非偶然",
    "within noise": "在噪声范围内",
    "clearly worse": "明显更差",
    "{gap} ({worth})": "{gap}（{worth}）",
    "The ensemble is {gaps}. It paid here.": "集成模型{gaps}。在这里集成是值得的。",
    "The ensemble is {gaps}. It did not pay here.": "集成模型{gaps}。在这里集成并不值得。",
    "{model} {mean} ± {deviation} %": "{model} {mean} ± {deviation} %",
    "{model} {mean} ± {deviation}": "{model} {mean} ± {deviation}",
    "Over {count} seeds, mean and standard deviation: {spreads}. The tests above are of the first seed.": (
        "{count} 个种子的均值和标准差：{spreads}。上述检验针对第一个种子。"
    ),
    # 学习曲线
    "With {fewest} transferred reaches {value}; there is no target-only model to compare it with.": (
        "用 {fewest}时，迁移模型达到 {value}；没有可比较的仅目标模型。"
    ),
    "With {fewest} transferred reaches {value}; target-only is there with at most {least}, the fewest that it was "
    "tried with.": ("用 {fewest}时，迁移模型达到 {value}；仅目标模型最多用 {least}就能达到，这是试过的最少数量。"),
    "With {fewest} transferred reaches {value}; target-only needs no more: with as many it reaches {lowest}.": (
        "用 {fewest}时，迁移模型达到 {value}；仅目标模型不需要更多：用同样多的标签达到 {lowest}。"
    ),
    "With {fewest} transferred reaches {value}; target-only needs more than {most} for that, the most that it was "
    "tried with.": ("用 {fewest}时，迁移模型达到 {value}；仅目标模型需要超过 {most}才能达到，这是试过的最多数量。"),
    "With {fewest} transferred reaches {value}; target-only needs about {needed} for that: transfer saves about "
    "{saved:,}.": (
        "用 {fewest}时，迁移模型达到 {value}；仅目标模型约需 {needed}才能达到：迁移约可节省 {saved:,} 个标签。"
    ),
    "Each value is the mean of {count} seeds.": "每个数值都是 {count} 个种子的均值。",
}
