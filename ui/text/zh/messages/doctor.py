"""What the data doctor says, and what a suggested recipe is suggested for."""

TEXT = {
    # 各项检查
    "Encoding": "编码",
    "Every character can be read.": "所有字符都能读取。",
    "Delimiter and format": "分隔符与格式",
    "Every row can be read.": "每一行都能读取。",
    "Columns": "列",
    "The columns were found.": "已找到所需的列。",
    "Task": "任务",
    "The file fits the chosen task.": "文件适合所选的任务。",
    "Empty texts": "空文本",
    "No text or label is missing.": "没有缺少文本或标签。",
    "Duplicate texts": "重复文本",
    "No text is repeated.": "没有重复的文本。",
    "Same text, two labels": "同一文本有两个标签",
    "No text has two different labels.": "没有文本带有两个不同的标签。",
    "Test texts in training data": "训练数据中的测试文本",
    "No test text is learned from.": "没有测试文本用于学习。",
    "Label balance": "标签均衡",
    "No label is rare.": "没有罕见的标签。",
    "Entity tags": "实体标注",
    "The tags spell whole entities.": "标注构成完整的实体。",
    "Labels of source and target": "源标签与目标标签",
    "All files have the same labels.": "所有文件的标签相同。",
    "Script and language": "文字与语言",
    "The source's tokenizer": "源模型的分词器",
    "Long texts": "长文本",
    "Dictionary": "词典",
    # 文件
    "{file} was read as Windows-1252, as its bytes suggest.": "根据字节特征，{file} 按 Windows-1252 读取。",
    "Save it as UTF-8 to be sure.": "为保险起见，请另存为 UTF-8。",
    "{file}: texts with characters that were lost when the file was made: {count:,}.": (
        "{file}：有 {count:,} 条文本中的字符在生成文件时已丢失。"
    ),
    "Export the file anew as UTF-8 from where it came from.": "请从原处以 UTF-8 重新导出文件。",
    "{file} is read as {found}, though its name says {promised}.": (
        "{file} 按 {found} 读取，虽然文件名表明是 {promised}。"
    ),
    "{file} is large: of its {size:,} texts the first {looked:,} were looked at here.": (
        "{file} 很大：共 {size:,} 条文本，这里只检查了前 {looked:,} 条。"
    ),
    "Choose the format if that is not right, or rename the file.": "如果不对，请选择格式，或重命名文件。",
    "{file} looks made for another task: {guessed}; {chosen} was chosen.": (
        "{file} 看起来适合另一个任务：{guessed}；所选的是{chosen}。"
    ),
    "Choose the task that you want, or correct the columns.": "请选择您要的任务，或修正各列。",
    # 文本
    "{file}: incomplete rows that are left out: {count:,}.": "{file}：有 {count:,} 个不完整的行被略去。",
    "Fill them in if they should count.": "如果需要它们，请补全。",
    "{file}: texts without a letter or digit: {count:,}.": "{file}：有 {count:,} 条文本不含任何字母、汉字或数字。",
    "Remove them unless they mean something.": "如果没有意义，请删除。",
    "{file}: texts that repeat an earlier one but for case, spaces and punctuation: {count:,}.": (
        "{file}：有 {count:,} 条文本除大小写、空格和标点外与前面的文本重复。"
    ),
    "Remove them: a repeated text counts more than others.": "请删除：重复的文本会比其他文本占更大的权重。",
    "{file}: the same texts with different labels: {count:,} rows.": "{file}：有 {count:,} 行文本相同而标签不同。",
    "Keep the right label of each, or remove them.": "请各保留正确的标签，或删除它们。",
    "{file}: texts that stand in {other}, too: {count:,}, of these {exact:,} letter by letter. "
    "Those are taken out of the training texts; the others ({share:.1%}) make the result look too good.": (
        "{file}：有 {count:,} 条文本也出现在 {other} 中，其中 {exact:,} 条完全相同。"
        "完全相同的会从训练文本中去掉；其余的（{share:.1%}）会使结果显得过好。"
    ),
    "{file}: texts that stand in {other}, too: {count:,}, of these {exact:,} letter by letter. "
    "Models trained on {other} have seen them ({share:.1%}), so their result looks too good.": (
        "{file}：有 {count:,} 条文本也出现在 {other} 中，其中 {exact:,} 条完全相同。"
        "用 {other} 训练的模型见过它们（{share:.1%}），因此结果会显得过好。"
    ),
    "Remove them from {other}, or take other texts to test on.": "请从 {other} 中删除它们，或换用其他测试文本。",
    "{file}: texts with more than {limit} tokens, which are cut: {count:,} ({measured:,} of {total:,} texts measured); "
    "the longest has {longest:,}.": (
        "{file}：有 {count:,} 条文本超过 {limit} 个词元，会被截断（测量了 {total:,} 条中的 {measured:,} 条）；"
        "最长的有 {longest:,} 个。"
    ),
    "{file}: the longest text has {longest:,} tokens, and {limit} are kept ({measured:,} of "
    "{total:,} texts measured).": (
        "{file}：最长的文本有 {longest:,} 个词元，保留 {limit} 个（测量了 {total:,} 条中的 {measured:,} 条）。"
    ),
    "Raise the longest text (data.max_length, up to 512), or divide long texts.": (
        "请提高最大文本长度（data.max_length，最多 512），或拆分长文本。"
    ),
    # 标签
    "{file}: rare labels: {rare}, the rarest {seldom:,} times; “{most}” stands {often:,} times.": (
        "{file}：罕见的标签：{rare}，最少的只有 {seldom:,} 次；而“{most}”有 {often:,} 次。"
    ),
    "Add texts with them, turn on class weights, or map them to another label.": (
        "请补充带这些标签的文本，启用类别权重，或把它们映射到其他标签。"
    ),
    "{file}: tags that continue no entity, or end none, and are repaired: {count:,}.": (
        "{file}：有 {count:,} 个标注不延续或不结束任何实体，已修复。"
    ),
    "Let each entity begin with B- and go on with I- of the same type.": (
        "请让每个实体以 B- 开头，并以同一类型的 I- 延续。"
    ),
    "{file} has no text with the labels {missing}, which {other} has.": (
        "{file} 中没有带标签{missing}的文本，而 {other} 中有。"
    ),
    "See whether labels have to be mapped; else the models can answer what is never right.": (
        "请检查是否需要映射标签；否则模型可能给出永远不会正确的回答。"
    ),
    # 语言
    "{file} is in {language}, but {other} in {others}.": "{file} 是{language}，而 {other} 是{others}。",
    "See whether the right file was chosen: both should be of the target.": (
        "请检查是否选对了文件：两者都应属于目标领域。"
    ),
    "{file} is in {language} ({share:.0%} of its letters); texts in another script: {count:,}.": (
        "{file} 是{language}（占其字符的 {share:.0%}）；另有 {count:,} 条文本使用其他文字。"
    ),
    "Remove them if they are not wanted.": "如果不需要，请删除。",
    "{file} is in {language} ({share:.0%} of its letters).": "{file} 是{language}（占其字符的 {share:.0%}）。",
    "The source model's tokenizer is not on this machine yet, so how it reads the texts is not known.": (
        "源模型的分词器还不在这台机器上，因此不知道它会怎样读取这些文本。"
    ),
    "It is fetched when a run starts; the embedded source is here already.": (
        "运行开始时会获取它；内置的源模型已在本机。"
    ),
    "{file}: the source's tokenizer reads it with {unknown:.1%} unknown tokens and {pieces:.2f} pieces a character "
    "({measured:,} of {total:,} texts measured).": (
        "{file}：源模型的分词器读取时，未知词元占 {unknown:.1%}，每字符 {pieces:.2f} 个片段"
        "（测量了 {total:,} 条中的 {measured:,} 条）。"
    ),
    "{file}: the source's tokenizer can't read it well: {unknown:.1%} unknown tokens and "
    "{pieces:.2f} pieces a character "
    "({measured:,} of {total:,} texts measured).": (
        "{file}：源模型的分词器读取效果不佳：未知词元占 {unknown:.1%}，每字符 {pieces:.2f} 个片段"
        "（测量了 {total:,} 条中的 {measured:,} 条）。"
    ),
    "Choose a recipe that transplants the vocabulary, or a source of this language.": (
        "请选择移植词表的方案，或这种语言的源模型。"
    ),
    "{file}: {count:,} target words, of which the target texts have {share:.0%}.": (
        "{file}：有 {count:,} 个目标词，其中 {share:.0%} 出现在目标文本中。"
    ),
    "See whether it is a dictionary of the target's language.": "请检查它是否是目标语言的词典。",
    "no script": "没有文字",
    "{script} script": "{script}",
    "{language} ({script} script)": "{language}（{script}）",
    "English": "英语",
    "German": "德语",
    "French": "法语",
    "Spanish": "西班牙语",
    "Italian": "意大利语",
    "Portuguese": "葡萄牙语",
    "Dutch": "荷兰语",
    "Swedish": "瑞典语",
    "Polish": "波兰语",
    "Turkish": "土耳其语",
    "Indonesian": "印度尼西亚语",
    "Vietnamese": "越南语",
    "Chinese": "中文",
    "Japanese": "日语",
    "Korean": "韩语",
    "Thai": "泰文",
    "Greek": "希腊文",
    "Hebrew": "希伯来文",
    "Georgian": "格鲁吉亚文",
    "Armenian": "亚美尼亚文",
    "Tamil": "泰米尔文",
    "Telugu": "泰卢固文",
    "Bengali": "孟加拉文",
    "Khmer": "高棉文",
    "Lao": "老挝文",
    "Burmese": "缅甸文",
    "Latin": "拉丁字母",
    "Han": "汉字",
    "Kana": "假名",
    "Hangul": "谚文",
    "Cyrillic": "西里尔字母",
    "Arabic": "阿拉伯字母",
    "Devanagari": "天城文",
    # 建议的方案
    "The source model can read the target texts already, and it is large: low-rank updates on {labels} cost less and "
    "forget less.": "源模型已能读懂目标文本，而且较大：在 {labels}上做低秩更新，代价更小，遗忘也更少。",
    "The source model can read the target texts already, so its vocabulary stays, and it goes on learning from "
    "{labels}.": "源模型已能读懂目标文本，因此保留其词表，继续从 {labels}中学习。",
    "The source model can read the target texts already, so its vocabulary stays; {labels} do the rest.": (
        "源模型已能读懂目标文本，因此保留其词表；其余交给 {labels}。"
    ),
    "There is no target label: the task is learned from {source}, and {unlabelled} without labels teach the target's "
    "language.": "没有目标标签：任务从 {source}中学习，目标语言由 {unlabelled}（无标签）来教。",
    "{labels} are few: {unlabelled} without labels still teach more than they do.": (
        "{labels}很少：{unlabelled}（无标签）能教的仍比它们多。"
    ),
    "The target needs a vocabulary of its own; then the model learns to guess masked words in {labels}.": (
        "目标需要自己的词表；然后模型在 {labels}中学习猜被掩盖的词。"
    ),
    "{labels} are few: masked LM on {unlabelled} without labels teaches the target's language first, and then more "
    "passes over the few teach the tags.": (
        "{labels}很少：先用 {unlabelled}（无标签）做掩码语言模型训练，学会目标语言，再在这些文本上多学几轮，学会标注。"
    ),
    "The target needs a vocabulary of its own; then {labels} are learned from in more passes, for they are few.": (
        "目标需要自己的词表；然后从 {labels}中学习，因为很少，所以多学几轮。"
    ),
    "The target needs a vocabulary of its own, which the dictionary's {entries} join to the "
    "source's; then {labels} are "
    "learned from.": "目标需要自己的词表，由词典的 {entries}与源词表相连；然后从 {labels}中学习。",
    "The target needs a vocabulary of its own; {labels} are few to learn it from, and target text without labels would "
    "help.": "目标需要自己的词表；{labels}不足以学会它，无标签的目标文本会有帮助。",
    "The target needs a vocabulary of its own; then {labels} are learned from.": (
        "目标需要自己的词表；然后从 {labels}中学习。"
    ),
    "There is no target label: the task is learned from {source}, and the vocabulary from target text.": (
        "没有目标标签：任务从 {source}中学习，词表从目标文本中学习。"
    ),
}
