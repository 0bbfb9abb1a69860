"""What stages say while they work, and what keeps a training from going on."""

TEXT = {
    "The best weights so far can't be read any more; the disk may be failing.": (
        "目前最好的权重已无法读取；磁盘可能有故障。"
    ),
    "Resume the run: this stage begins anew.": "请继续该运行：该阶段会重新开始。",
    "{stage}: goes on from step {step}.": "{stage}：从第 {step} 步继续。",
    "{stage}: memory ran out, so each batch is learned in {pieces} pieces.": (
        "{stage}：内存不足，因此每批分 {pieces} 份学习。"
    ),
    "{stage}: no development texts to stop by, so it learns to its last epoch.": (
        "{stage}：没有可供早停观察的开发文本，因此一直学到最后一轮。"
    ),
    "{stage}: self-training has stopped, so the model before is kept.": "{stage}：自训练已停止，因此保留之前的模型。",
    "{stage}: on the development texts it is worse than what gave the labels ({now:.3f} after {before:.3f}), so that "
    "model is kept.": ("{stage}：在开发文本上不如给出标签的模型（{before:.3f} 之后为 {now:.3f}），因此保留那个模型。"),
    "Self-training stopped where a model was worse on the development texts than what gave it its labels: the better "
    "one is kept.": "自训练停在这一步：学到的模型在开发文本上不如给出标签的模型，因此保留较好的那个。",
    "Memory ran out, so texts are read at most {tokens:,} tokens at a time.": (
        "内存不足，因此每次最多读取 {tokens:,} 个词元的文本。"
    ),
    "{stage}: wrong on {share:.1%} of the texts held out; its vote counts {weight:.2f}.": (
        "{stage}：在留出的文本上错了 {share:.1%}，投票权重为 {weight:.2f}。"
    ),
    "Perplexity on held-out text went from {before:,.0f} to {after:,.0f}.": (
        "留出文本上的困惑度从 {before:,.0f} 变为 {after:,.0f}。"
    ),
    "The source model brings no head for masked LM, so one was drawn at random.": (
        "源模型没有自带掩码语言模型的头，因此随机生成了一个。"
    ),
    "Round {round} fell from {before:.3f} to {now:.3f}: the labels before it are kept.": (
        "第 {round} 轮从 {before:.3f} 降到 {now:.3f}：保留此前的标签。"
    ),
    "{stage}: learns from {kept:,} of the {count:,} labelled texts, drawn at random; more would not fit into memory.": (
        "{stage}：从 {count:,} 条有标签文本中随机抽取 {kept:,} 条来学习；再多内存就放不下了。"
    ),
    "{stage}: co-training reads {kept:,} of the {count:,} unlabelled texts, drawn at random; more would not fit into "
    "memory.": ("{stage}：协同训练从 {count:,} 条无标签文本中随机抽取 {kept:,} 条来读；再多内存就放不下了。"),
    "The report shows {shown:,} of the {count:,} test texts one by one; what it measures is of all of them.": (
        "报告逐条展示 {count:,} 条测试文本中的 {shown:,} 条；各项指标则根据全部测试文本得出。"
    ),
    "The new vocabulary has {tokens:,} tokens (a number chosen from the text), with embeddings from: {shares}.": (
        "新词表有 {tokens:,} 个词元（根据文本量选定），嵌入来源：{shares}。"
    ),
    "The new vocabulary has {tokens:,} tokens, with embeddings from: {shares}.": (
        "新词表有 {tokens:,} 个词元，嵌入来源：{shares}。"
    ),
    "On target text, {unknown_before:.1%} of the source's tokens are unknown, and {unknown_after:.1%} of the new; "
    "pieces for each character: {pieces_before:.2f} before, {pieces_after:.2f} now.": (
        "在目标文本上，源词表的未知词元占 {unknown_before:.1%}，新词表占 {unknown_after:.1%}；"
        "每字符片段数：之前 {pieces_before:.2f}，现在 {pieces_after:.2f}。"
    ),
    "{count:,} {rule}": "{rule} {count:,} 个",
    "kept": "沿用源词元",
    "special": "特殊词元",
    "matching": "相同词元",
    "dictionary": "词典",
    "neighbours": "用法相近的词元",
    "parts": "词的组成部分",
    "pieces": "源分词器的片段",
    "distribution": "按分布抽取",
    # 不能继续
    "{model} finds nothing to guess in the {count:,} test texts: its tokenizer knows none of their tokens, or they are "
    "very short.": "{model}在 {count:,} 条测试文本中没有可猜测的内容：它的分词器不认识其中任何词元，或文本太短。",
    "Choose a vocabulary that is learned from the target texts, or give more test texts.": (
        "请选择从目标文本中学习的词表，或提供更多测试文本。"
    ),
    "{count} texts are too few for masked LM.": "{count} 条文本不足以训练掩码语言模型。",
    "Add target texts.": "请补充目标文本。",
    "Add target text.": "请补充目标文本。",
    "The classical baseline has no labelled texts to learn from.": "传统基线模型没有可供学习的带标签文本。",
    "There are no labelled texts to learn from.": "没有可供学习的带标签文本。",
    "Add target texts, or raise the shares taken.": "请补充目标文本，或提高取用的比例。",
    "There are no unlabelled texts to label.": "没有可打标签的无标签文本。",
    "Add unlabelled texts, or leave self-training out.": "请补充无标签文本，或不使用自训练。",
    "The model and its optimiser do not fit into memory.": "内存放不下模型及其优化器。",
    "Not even a single text fits into memory.": "内存连一条文本也放不下。",
    "Lower the longest text (data.max_length), or choose a smaller model.": (
        "请减小最大文本长度（data.max_length），或选择较小的模型。"
    ),
    "The loss became {loss} by step {step}.": "到第 {step} 步时，损失变成了 {loss}。",
    "Lower the learning rate.": "请降低学习率。",
    "The source's tokenizer reads all that is frequent in {count} target texts in one piece.": (
        "{count} 条目标文本中的常用内容，源分词器都已能整体读取。"
    ),
    "Keep the source's vocabulary, or add target text.": "请保留源词表，或补充目标文本。",
    "No tokenizer can be learned: the {count} target texts are blank.": "无法学习分词器：{count} 条目标文本都是空白。",
    "The target encoder can't have {layers} layers: the source has {available}.": (
        "目标编码器不能有 {layers} 层：源编码器只有 {available} 层。"
    ),
    "Set target_layers to {available} or fewer.": "请把 target_layers 设为不超过 {available}。",
    "The frozen layers of member {number} are not those of member 1.": (
        "第 {number} 个成员的冻结层与第 1 个成员的不同。"
    ),
    "Train the members anew from one model.": "请从同一个模型重新训练各成员。",
    "The layers of a model of type {kind} can't be reached one by one.": "无法逐层访问 {kind} 类型的模型。",
    "Choose a source of type {families}, or another fine-tuning or ensemble.": (
        "请选择以下类型的源模型：{families}；或选择其他微调方式或集成。"
    ),
    "{layers} lower layers can't be shared: the model has {available}.": (
        "无法共享底部 {layers} 层：模型只有 {available} 层。"
    ),
    "Share between 1 and {most} layers.": "请共享 1 到 {most} 层。",
}
