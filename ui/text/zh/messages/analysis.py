"""What is said when models of several runs are set side by side."""

TEXT = {
    "Language models answer nothing that could be set side by side.": "语言模型没有可以并列比较的回答。",
    "Compare their perplexities.": "请比较它们的困惑度。",
    "These runs differ in their task or their labels.": "这些运行的任务或标签不同。",
    "Choose models of runs that learned the same task.": "请选择学习同一任务的运行中的模型。",
    "These runs have no test text in common.": "这些运行没有共同的测试文本。",
    "Choose models that were tested on the same texts.": "请选择在相同文本上测试过的模型。",
    "{model} · {run}": "{model} · {run}",
    "On the {texts:,} test texts {best} has {metric} of {value}.": "在 {texts:,} 条测试文本上，{best} 的{metric}为 "
    "{value}。",
    "On the {texts:,} test texts that all of them were tested on, {best} leads: it has {metric} of {value}, {gap}.": ""
    "在所有模型共同的 {texts:,} 条测试文本上，{best} 领先：{metric}为 {value}，{gap}。",
    "On the {texts:,} test texts that all of them were tested on, {best} has {metric} of {value}, {gap}; that is "
    "within noise.": "在所有模型共同的 {texts:,} 条测试文本上，{best} 的{metric}为 {value}，{gap}；差异在噪声范围内。",
}
