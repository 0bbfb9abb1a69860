"""Sentences of the comparison of speed, in the tab that turns models into ONNX files."""

TEXT = {
    "title": "速度",
    "hint": "PyTorch 与每个变体在这台机器上轮流作答：每次一条或多条文本，短的和长的都有。",
    "model": "已导出的模型",
    "compiled": "也测 torch.compile（编译需要几分钟）",
    "measure": "测量速度",
    "none": "尚未测量。测量需要几分钟，关闭页面也会继续。",
    "machine": "{processor}，{threads} 个线程，轮流 {rounds} 轮。时间从词元编号算到 logit。",
    "versions": "测量所用版本：{versions}。",
    "features": "处理器具备 {features}。",
    "gpu": "GPU 为 {gpu}。",
    "column_candidate": "运行方式",
    "column_p50": "中位数",
    "column_p95": "95 % 不超过",
    "column_p99": "99 % 不超过",
    "column_calls": "调用次数",
    "column_rate": "每秒文本数",
    "column_times": "相对 PyTorch",
    "column_share": "矩阵速率占比",
    "column_memory": "内存",
    "column_size": "文件",
    "both": "{memory}，GPU {device}",
    "share_hint": (
        "“矩阵速率占比”：模型全部运算的速率，占其矩阵乘积以同样精度单独计算时所达速率的比例。"
        "调用不足 100 次时，“99 % 不超过”约等于最慢的一次。"
    ),
    "device_hint": (
        "“GPU”：作答之后显存的空闲量比之前减少了多少，包括 CUDA 为该进程占用的部分；"
        "其他程序在同一时间内占用或归还的显存也计算在内。"
    ),
    "one": "1 条 {length} 个词元的文本",
    "many": "{batch} 条 {length} 个词元的文本",
    "times": "{times} ×",
    "picture": "{metric}与单次作答耗时",
    "across": "{shape}：耗时中位数（毫秒）",
    "up": "{metric}，固定测试集",
    "dot": "{name}：{value}，{time} 毫秒",
    "recommended": "建议",
    "onnx": "导出的变体",
    "torch": "PyTorch 本身",
    "missed": "未通过一致性检验",
    "nothing": "{model} 尚未导出。",
    "nothing_remedy": "请先导出，然后才能测量速度。",
}
