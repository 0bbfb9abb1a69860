"""Sentences of the first screen."""

TEXT = {
    "tab": "开始",
    "headline": "一百条标注，让模型学会一门新语言",
    "what": "Graft 把在一种语言或领域上训练好的文本模型迁移到您的语言或领域，"
    "再用同一批固定的测试文本比较源模型、迁移模型和从零训练的模型，明确告诉您迁移是否有用。",
    "run_demo": "运行演示",
    "demo_time": "在双核机器上约需三分钟，数据不会离开本机。",
    "demo_time_shared": "需要几分钟。只有您能看到这次运行。",
    "demo_name": "演示：英文评论到中文评论",
    "own_data": "使用自己的文本",
    "demo_title": "演示做了什么",
    "step1": "用英文学会任务",
    "step1_text": "在英文的商品和场所评论上微调一个小型英文编码器，得到仅源模型。",
    "step2": "迁移到中文",
    "step2_text": "换上中文词表，其嵌入由双语词典推得，再仅用 100 条中文标注学习，得到迁移模型。",
    "step3": "比较，然后带走",
    "step3_text": "用 200 条从未见过的中文评论测试这两个模型和一个从零训练的模型。"
    "胜者导出为小巧的 ONNX 文件，可当场试用。",
    "guest": "您正在查看他人分享的报告。",
    "guest_away": "前往 Graft",
    "guest_lost": "此链接没有对应的报告。",
    "guest_lost_remedy": "链接可能已被收回，或复制得不完整。请向对方索取新链接。",
    "sources_title": "源模型",
    "hub_checking": "Hugging Face Hub：正在检查……",
    "hub_reachable": "Hugging Face Hub：可访问，另有 {count} 个模型可选",
    "hub_offline": "Hugging Face Hub：无法访问。内置模型可离线使用。",
    "embedded": "MiniLM L6，随 Graft 安装：就绪",
    "host_source": "{name}，本主机自带的模型：就绪",
    "runs_title": "您的运行",
    "no_runs": "还没有运行。先运行演示看看全过程，或直接使用自己的文本。",
    "open_run": "打开 {name}，{state}",
}
