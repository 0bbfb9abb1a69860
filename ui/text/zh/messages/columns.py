"""What is said of columns, rows and labels beside an upload, and of labels that do not agree."""

TEXT = {
    "text": "文本",
    "second text": "第二文本",
    "group": "分组",
    "label": "标签",
    "token": "词",
    "tag": "标注",
    "text or label": "文本或标签",
    "token or tag": "词或标注",
    "{file} is read as a file of whole texts, but this task learns from a tag for every word.": (
        "{file} 是按整条文本读取的，但此任务要从每个词的标注中学习。"
    ),
    "Give a CoNLL or CoNLL-U file, or choose that format.": "请提供 CoNLL 或 CoNLL-U 文件，或选择这种格式。",
    "{file} is read as a file of tagged words, but this task learns from labels of whole texts.": (
        "{file} 是按逐词标注读取的，但此任务要从整条文本的标签中学习。"
    ),
    "Give a table with a label column, or choose another task or format.": (
        "请提供带标签列的表格，或选择其他任务或格式。"
    ),
    "{file} has no column that is plainly the {title}.": "{file} 中没有明显是{title}的列。",
    "Give a table with a {title} column.": "请提供带{title}列的表格。",
    "Choose the {title} column: {columns}.": "请选择{title}列：{columns}。",
    "{file} has no column “{column}”.": "{file} 中没有“{column}”列。",
    "It has {columns}.": "它的列有{columns}。",
    "as the {title}": "{title}列",
    "{before} and as the {title}": "{before}、{title}列",
    "{file}: “{column}” is chosen both {first} and as the {last}.": ("{file}：“{column}”同时被选作{first}和{last}列。"),
    "Choose another column for one of them.": "请为其中之一选择其他列。",
    "Choose other columns.": "请选择其他列。",
    "{file}: {rows} without {what} ({places}).": "{file}：{rows}缺少{what}（{places}）。",
    "{file}: {rows} without {what} was left out ({places}).": "{file}：{rows}缺少{what}，已略去（{places}）。",
    "{file}: {rows} without {what} were left out ({places}).": "{file}：{rows}缺少{what}，已略去（{places}）。",
    "Fill them in, or choose “Leave out incomplete rows”.": "请补全，或选择“跳过不完整的行”。",
    "Fill them in ([] where a text has no label), or choose “Leave out incomplete rows”.": (
        "请补全（没有标签的文本写 []），或选择“跳过不完整的行”。"
    ),
    "{file}: {tags} neither “O” nor like “B-PER” ({places}).": "{file}：{tags}既不是“O”也不像“B-PER”（{places}）。",
    "Correct them in the file.": "请在文件中修正。",
    "an entity in it": "实体",
    "a label": "标签",
    "{file}: none of its {texts} has {what}.": "{file}：{texts}中没有一条带有{what}。",
    "Choose another label column, or add texts with labels.": "请选择其他标签列，或补充带标签的文本。",
    "{file}: the only label is “{label}” ({texts}).": "{file}：只有“{label}”这一个标签（{texts}）。",
    "Choose another label column, or add texts with other labels.": "请选择其他标签列，或补充带其他标签的文本。",
    "{file}: the column “{column}” has {count:,} different values in {total:,} rows.": (
        "{file}：“{column}”列的 {total:,} 行中有 {count:,} 个不同的值。"
    ),
    "Choose a label column with at most {most} labels.": "请选择标签不超过 {most} 个的标签列。",
    "{file}: only one text has the label {labels} ({places}).": "{file}：标签{labels}只有一条文本（{places}）。",
    "Add texts with it, or remove its row.": "请补充带此标签的文本，或删除该行。",
    # 标签一致
    "source": "源数据",
    "target": "目标数据",
    "The label mapping leads to {strange}, not a label of {file}.": (
        "标签映射指向{strange}，而 {file} 中没有这样的标签。"
    ),
    "Its labels are {known}.": "它的标签有{known}。",
    "{file} has labels that the {owner} has not: {strange}; the {owner}'s are {known}.": (
        "{file} 中有{owner}没有的标签：{strange}；{owner}的标签有{known}。"
    ),
    "Map the source's labels to its (source_label_mapping): {pairs}.": (
        "请把源数据的标签映射到它的标签（source_label_mapping）：{pairs}。"
    ),
    "Map its labels to the {owner}'s{suggested}{drop}.": "请把它的标签映射到{owner}的标签{suggested}{drop}。",
    ", such as {pairs}": "，例如 {pairs}",
    ", or to {dropped} to leave a kind out": "，或映射到 {dropped} 以略去某一类",
}
