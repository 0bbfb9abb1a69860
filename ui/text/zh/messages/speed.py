"""What the comparison of speed says."""

TEXT = {
    "{field} holds {number}, and takes 1 to {most:,}": "{field} 中有 {number}，应在 1 到 {most:,} 之间",
    "Compare the speed of {model}": "比较 {model} 的速度",
    "The speed of {model} could not be compared.": "未能比较 {model} 的速度。",
    "The end of the log says more; the exports are kept.": "日志末尾有更多说明；导出结果已保留。",
    "one text of {length} tokens": "1 条 {length} 个词元的文本",
    "{batch} texts of {length} tokens": "{batch} 条 {length} 个词元的文本",
    "Name the folder of the trained model.": "请指定训练好的模型所在的文件夹。",
    "The model reads {longest} tokens at most: {lengths} left out.": "模型最多读取 {longest} 个词元：未测 {lengths}。",
    "The model reads {longest} tokens at most.": "模型最多读取 {longest} 个词元。",
    "Choose shorter texts.": "请选择更短的文本。",
    "Nothing could be measured. {reasons}": "什么都没有测成。{reasons}",
    "See what the candidates lack.": "请查看各候选缺少什么。",
    "PyTorch is left out: the trained model does not lie beside the export.": (
        "未测 PyTorch：导出结果旁没有训练好的模型。"
    ),
    "this processor has no instructions for it": "这个处理器没有相应的指令",
    "this GPU has no instructions for it": "这块 GPU 没有相应的指令",
    "it is for a GPU, and PyTorch has none here": "它是为 GPU 准备的，而这里的 PyTorch 没有 GPU",
    "{name} could not be measured: {fault}.": "{name} 无法测量：{fault}。",
    "no answer in {seconds:g} seconds": "{seconds:g} 秒内没有应答",
    "its process ended without a word (exit code {code})": "其进程没有应答就结束了（退出码 {code}）",
    "There is no accuracy to draw: {folder} has no export's report.": "没有可画的准确率：{folder} 没有导出报告。",
    "Name the folder of an export.": "请指定一个导出结果的文件夹。",
    # 建议
    "No variant that passed its gate was measured: serve PyTorch, or export anew.": (
        "没有测到通过一致性检验的变体：请使用 PyTorch，或重新导出。"
    ),
    "Take {variant}: it answers {shape} in {time:.1f} ms.": "请用 {variant}：{shape}耗时 {time:.1f} 毫秒。",
    "Take {variant}: it answers {shape} in {time:.1f} ms, {times:.1f} times as fast as PyTorch.": (
        "请用 {variant}：{shape}耗时 {time:.1f} 毫秒，速度是 PyTorch 的 {times:.1f} 倍。"
    ),
    "On the frozen test set it reaches {metric} of {value}.": "在固定测试集上，{metric}为 {value}。",
    "On the frozen test set it reaches {metric} of {value}, PyTorch {reference}.": (
        "在固定测试集上，{metric}为 {value}，PyTorch 为 {reference}。"
    ),
    "For {shape} take {variant}: {rate:,.0f} texts a second, where {other} reaches {slower:,.0f}.": (
        "对于{shape}，请用 {variant}：每秒 {rate:,.0f} 条文本，{other} 为 {slower:,.0f} 条。"
    ),
    "{name} seems to compute {times:.1f} times as fast as its matrix products alone: something else kept the machine "
    "busy. Measure again when nothing else runs.": (
        "{name} 看上去达到了其矩阵乘积单独计算速度的 {times:.1f} 倍：测量时机器还在忙别的事。"
        "请在没有其他程序运行时重新测量。"
    ),
    "{peer} is faster still on this machine.": "在这台机器上，{peer} 还要更快。",
}
