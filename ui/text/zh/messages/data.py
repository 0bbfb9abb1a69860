"""What is said of files of texts, labels and dictionaries."""

TEXT = {
    # 读取文件
    "{file} has no rows under its header.": "{file} 的表头下没有数据行。",
    "{file} has no tokens in it.": "{file} 中没有词。",
    "Choose a file with texts in it.": "请选择含有文本的文件。",
    "{file} is a folder, not a file.": "{file} 是文件夹，不是文件。",
    "{file} does not exist.": "{file} 不存在。",
    "Check its path, or upload it again.": "请检查路径，或重新上传。",
    "{file} is larger than {limit:g} MB.": "{file} 大于 {limit:g} MB。",
    "{file}: line {line:,} is longer than {limit:g} MB.": "{file}：第 {line:,} 行长于 {limit:g} MB。",
    "Put each text on a line of its own.": "请将每条文本单独放在一行。",
    "Split the file, or raise the limit (GRAFT_MAX_UPLOAD_MB).": "请拆分文件，或提高上限（GRAFT_MAX_UPLOAD_MB）。",
    "{file} can't be read: {fault}.": "无法读取 {file}：{fault}。",
    "Check its permissions.": "请检查文件权限。",
    "Check the path.": "请检查路径。",
    "{file} is empty.": "{file} 是空的。",
    "{file} has more than {limit:,} rows.": "{file} 超过 {limit:,} 行。",
    "{file} has more than {limit:,} sentences.": "{file} 超过 {limit:,} 个句子。",
    "Split the file, or raise the limit (GRAFT_MAX_ROWS).": "请拆分文件，或提高上限（GRAFT_MAX_ROWS）。",
    "{file} has {count} columns; at most {most} can be read.": "{file} 有 {count} 列，最多可读取 {most} 列。",
    "Leave some out.": "请去掉一些列。",
    "{file}: column {number} has no name.": "{file}：第 {number} 列没有名称。",
    "Name it in the file, or remove it.": "请在文件中为它命名，或删除它。",
    "{file}: more than one column is named “{column}”.": "{file}：有多个列名为“{column}”。",
    "Rename one of them, or remove it.": "请重命名其中一列，或删除它。",
    # 编码
    "Take a CSV, TSV, JSON lines or plain text file.": "请使用 CSV、TSV、JSON Lines 或纯文本文件。",
    "an Excel workbook": "Excel 工作簿",
    "Open it in Excel and save it as “CSV UTF-8”.": "请在 Excel 中打开，另存为“CSV UTF-8”。",
    "an old Office document": "旧版 Office 文档",
    "Open it in Office and save it as “CSV UTF-8”.": "请在 Office 中打开，另存为“CSV UTF-8”。",
    "a compressed archive": "压缩包",
    "Unpack it and take the text file inside.": "请解压，使用其中的文本文件。",
    "a picture": "图片",
    "a binary table": "二进制表格",
    "Convert it to CSV or JSON lines.": "请转换为 CSV 或 JSON Lines。",
    "a PDF document": "PDF 文档",
    "Copy its text into a CSV or plain text file.": "请把其中的文字复制到 CSV 或纯文本文件中。",
    "a database": "数据库",
    "Export its table as CSV.": "请把其中的表导出为 CSV。",
    "UTF-8, UTF-16 or GB18030": "UTF-8、UTF-16 或 GB18030",
    "UTF-8, as the rest of the file is": "UTF-8，而文件的其余部分是",
    "{file} is not a text file; it seems to be {kind}.": "{file} 不是文本文件，看起来是{kind}。",
    "{file} is not a text file; it holds characters that no text has.": (
        "{file} 不是文本文件，其中含有文本中不会出现的字符。"
    ),
    "{file}: the byte at offset {offset} (line {line}) is not {wanted}.": (
        "{file}：偏移 {offset} 处的字节（第 {line} 行）不是 {wanted}。"
    ),
    "{file} was changed while it was read.": "{file} 在读取时被改动了。",
    "Try again.": "请重试。",
    "Choose the encoding it was saved in, or save it as UTF-8.": "请选择文件保存时所用的编码，或另存为 UTF-8。",
    "{file} was read as Windows-1252, as its bytes suggest; save it as UTF-8 to be sure.": (
        "根据字节特征，{file} 按 Windows-1252 读取；为保险起见，请另存为 UTF-8。"
    ),
    # 各种格式
    "{file}: the quotation marks of row {row} do not match.": "{file}：第 {row} 行的引号不成对。",
    'Close the cell\'s quotation mark, and double those inside it: "he said ""no""".': (
        '请补全单元格的引号，单元格内的引号要写两次："he said ""no"""。'
    ),
    "{file}: row {row} has {cells}, but row {first} has {width}.": (
        "{file}：第 {row} 行有 {cells}，而第 {first} 行有 {width} 个。"
    ),
    "Put quotation marks around a text that holds the delimiter, or add what is missing.": (
        "请给含有分隔符的文本加上引号，或补上缺少的内容。"
    ),
    'Write one object a line, like {"text": "…", "label": "…"}, or one array of objects.': (
        '请每行写一个对象，例如 {"text": "…", "label": "…"}，或写成一个对象数组。'
    ),
    "{file}: line {line} has more than one label.": "{file}：第 {line} 行有多个标签。",
    "Keep one label a line.": "请每行只保留一个标签。",
    "{file}: line {line} is not JSON ({fault}).": "{file}：第 {line} 行不是 JSON（{fault}）。",
    "{file}: line {line} is JSON, but not an object.": "{file}：第 {line} 行是 JSON，但不是对象。",
    "{file}: item {number} of the array is not an object.": "{file}：数组的第 {number} 项不是对象。",
    "{file}: the array is not JSON ({fault}).": "{file}：数组不是 JSON（{fault}）。",
    "it can't be parsed": "无法解析",
    "{fault} at column {column}": "{fault}，第 {column} 列",
    "Expecting value": "此处应有值",
    "Expecting property name enclosed in double quotes": "此处应有双引号括起的属性名",
    "Expecting ':' delimiter": "此处应有冒号",
    "Expecting ',' delimiter": "此处应有逗号",
    "Unterminated string starting at": "字符串没有结束",
    "Invalid control character at": "含有非法的控制字符",
    "Extra data": "有多余的内容",
    "{file}: line {line} has {cells}, but the others have {width}.": (
        "{file}：第 {line} 行有 {cells}，而其他行有 {width} 个。"
    ),
    "Put one token and its tags on each line, all with the same separator between.": (
        "请每行写一个词及其标注，各项之间使用相同的分隔符。"
    ),
    "{file}: its texts were divided into words at white space and punctuation, "
    "and into characters where the script has no spaces.": (
        "{file}：文本已按空白和标点切分为词，不用空格的文字则切分为单字。"
    ),
    "{file}: its tags are in {scheme} and were brought to IOB2.": "{file}：其标注采用 {scheme}，已转换为 IOB2。",
    "{file}: {tags} repaired that did not spell whole entities ({places}).": (
        "{file}：已修复 {tags}，它们原本不能构成完整的实体（{places}）。"
    ),
    # 词典
    "{file} holds no dictionary entry in {lines}.": "{file} 的 {lines}中没有词典条目。",
    "Write a source word, a tab and a target word on each line.": "请每行写一个源词、一个制表符和一个目标词。",
    "{file}: {lines} with further columns; the first two are read.": "{file}：{lines}还有其他列，只读取前两列。",
    "{file}: {lines} left out, {fault} ({places}).": "{file}：{lines}被略去，{fault}（{places}）。",
    "{file}: {pairs} read ({form}); the source's stand on the right.": "{file}：读取了 {pairs}（{form}），源词在右侧。",
    "{file}: {pairs} read ({form}); the source's stand on the left.": "{file}：读取了 {pairs}（{form}），源词在左侧。",
    "{file}: {pairs} read ({form}); the source's stand on the left, as nothing in the texts says otherwise.": (
        "{file}：读取了 {pairs}（{form}）；文本中没有相反的迹象，因此认为源词在左侧。"
    ),
    "tab-separated": "制表符分隔",
    "MUSE, space-separated": "MUSE，空格分隔",
    "CC-CEDICT": "CC-CEDICT",
    "not two words with a tab between": "不是以制表符隔开的两个词",
    "not two words with a space between": "不是以空格隔开的两个词",
    "not an entry with a gloss that is a word": "释义不是词的条目",
    # 划分
    "test": "测试",
    "development": "开发",
    "Label “{label}” has fewer than two different texts, so none can be held out as {purpose} texts.": (
        "标签“{label}”的不同文本少于两条，因此无法留出{purpose}文本。"
    ),
    "Add texts with this label, remove it, or give a {purpose} file.": (
        "请补充带此标签的文本、删除此标签，或提供{purpose}文件。"
    ),
    "There are fewer than two different texts, so none can be held out as {purpose} texts.": (
        "不同的文本少于两条，因此无法留出{purpose}文本。"
    ),
    "Add texts, or give a {purpose} file.": "请补充文本，或提供{purpose}文件。",
    "{texts} also among the source texts: models trained on those have seen them.": (
        "{texts}也出现在源文本中：用源文本训练的模型已经见过它们。"
    ),
    "{file}: all of its texts are test texts, too.": "{file}：其中的文本全都也是测试文本。",
    "Give other development texts.": "请提供其他开发文本。",
    "no texts": "没有文本",
    "only texts without labels": "只有没有标签的文本",
    "only texts with the label “{label}”": "只有标签为“{label}”的文本",
    "{file}: there are {left} left to learn from once the test texts are taken out.": (
        "{file}：去掉测试文本后，可供学习的{left}。"
    ),
    "Add texts, or choose a test file that does not repeat them.": "请补充文本，或选择与之不重复的测试文件。",
    "{texts} removed: equal to a test text.": "已移除 {texts}：与测试文本相同。",
    "{texts} removed: equal to a development text.": "已移除 {texts}：与开发文本相同。",
    "{texts} removed: equal to another one.": "已移除 {texts}：与另一条相同。",
}
