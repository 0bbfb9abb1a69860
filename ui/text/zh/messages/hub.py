"""What is said of data sets of the Hugging Face Hub."""

TEXT = {
    # 来源
    "{dataset} ({config}, {split}) of the Hugging Face Hub at commit {commit}": (
        "Hugging Face Hub 上的 {dataset}（{config}，{split}），提交 {commit}"
    ),
    "{origin}, its first {rows:,} rows": "{origin}，开头的 {rows:,} 行",
    "{origin}, licence: {licence}": "{origin}，许可证：{licence}",
    # 名称
    "{dataset!r} can't be a data set of the Hub.": "{dataset!r} 不可能是 Hub 上的数据集。",
    "Give its id as OWNER/NAME, such as stanfordnlp/sst2.": "请按“所有者/名称”填写 ID，例如 stanfordnlp/sst2。",
    "{dataset}: {value!r} can't be the name of a {what}.": "{dataset}：{value!r} 不可能是{what}名。",
    "Leave it empty to see which there are.": "请留空，以查看有哪些可选。",
    "configuration": "配置",
    "split": "划分",
    "revision": "版本",
    # 查找
    "{dataset} has no {what} {name!r}.": "{dataset} 没有名为 {name!r} 的{what}。",
    "There are these: {names}.": "可选的有：{names}。",
    "{dataset} has more than one configuration.": "{dataset} 有多个配置。",
    "Name one of these: {names}.": "请填写其中之一：{names}。",
    "{dataset} has no files with texts.": "{dataset} 没有含文本的文件。",
    "Choose another data set.": "请选择其他数据集。",
    "{dataset} is made by a script of its own, and Graft runs no code of data sets.": (
        "{dataset} 由自带的脚本生成，而 Graft 不运行数据集的代码。"
    ),
    "Choose another data set, or download its texts and upload them as a file.": (
        "请选择其他数据集，或自行下载其文本，再作为文件上传。"
    ),
    "{dataset} can't be read: {fault}.": "无法读取 {dataset}：{fault}。",
    "{dataset} is open only to those who were given access.": "{dataset} 只对获准访问的人开放。",
    "Ask for it on the data set's page on the Hub; then sign in, or set HF_TOKEN to a token of yours.": (
        "请在 Hub 上该数据集的页面申请访问，然后登录，或把 HF_TOKEN 设为您的令牌。"
    ),
    "The Hub has no data set {dataset}, or it is private.": "Hub 上没有数据集 {dataset}，或者它是私有的。",
    "Check the id. For a private one sign in, or set HF_TOKEN to a token that may read it.": (
        "请检查 ID。私有数据集需要登录，或把 HF_TOKEN 设为有权读取的令牌。"
    ),
    "{dataset} has no revision {revision!r}.": "{dataset} 没有版本 {revision!r}。",
    "Leave it empty to take the newest.": "请留空，以使用最新版本。",
    "{dataset} can't be fetched: an answer leads to an address of this server's own network.": (
        "无法获取 {dataset}：Hub 的回答指向了本服务器内部网络中的地址。"
    ),
    "Choose another data set, or upload the texts as a file.": "请选择其他数据集，或以文件形式上传文本。",
    "{dataset} can't be fetched: the Hugging Face Hub is out of reach.": (
        "无法获取 {dataset}：目前无法访问 Hugging Face Hub。"
    ),
    "Try again later, or upload the texts as a file.": "请稍后再试，或把文本作为文件上传。",
    "The Hub answered {status} for {dataset}.": "对于 {dataset}，Hub 返回了 {status}。",
    "Try again later. If it is private, sign in, or set HF_TOKEN.": (
        "请稍后再试。若为私有数据集，请登录或设置 HF_TOKEN。"
    ),
    # 内容
    "{dataset}: {split} has no rows.": "{dataset}：{split} 中没有数据行。",
    "Choose another split.": "请选择其他划分。",
    "{dataset} has no column with texts.": "{dataset} 没有文本列。",
    "Choose a data set of texts. It has these columns: {columns}.": "请选择文本数据集。它的列有：{columns}。",
    "{dataset} has no column of words with a column of tags beside it.": "{dataset} 没有词列及与之对应的标注列。",
    "Choose a data set of tagged words, or another task. It has these columns: {columns}.": (
        "请选择逐词标注的数据集，或其他任务。它的列有：{columns}。"
    ),
    # 文件
    "{file} exists already.": "{file} 已经存在。",
    "Name another file, or delete it.": "请使用其他文件名，或删除它。",
    "{file} can't be written: {fault}.": "无法写入 {file}：{fault}。",
    "Name a file in a folder that exists.": "请指定已有文件夹中的文件。",
    "{limit:,} rows (GRAFT_MAX_ROWS)": "{limit:,} 行（GRAFT_MAX_ROWS）",
    "{limit:g} MB (GRAFT_MAX_UPLOAD_MB)": "{limit:g} MB（GRAFT_MAX_UPLOAD_MB）",
    "Only the first {rows:,} rows were taken: at most {limit} are allowed here.": (
        "只取了开头的 {rows:,} 行：这里最多允许 {limit}。"
    ),
    "The Hub has converted only the first part of this split.": "Hub 只转换了这个划分的开头部分。",
    "Rows without text, or without a tag for each word, were left out: {count:,}.": (
        "没有文本或词与标注数目不符的行已被略去：{count:,} 行。"
    ),
    "Columns that hold no text were left out: {columns}.": "不含文本的列已被略去：{columns}。",
}
