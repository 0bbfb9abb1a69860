"""What is said of runs: their states, the titles of their stages, what a person asked for in vain."""

TEXT = {
    # 状态
    "queued": "排队中",
    "running": "运行中",
    "done": "已完成",
    "failed": "失败",
    "cancelled": "已取消",
    "interrupted": "已中断",
    "Run {run} is {state}.": "运行 {run} 的状态是{state}。",
    "See {run}/worker.log.": "请查看 {run}/worker.log。",
    "{run!r} is not a run id.": "{run!r} 不是运行编号。",
    "`python -m pipeline list` shows the ids.": "`python -m pipeline list` 会列出各编号。",
    "There is no run {run!r} in {folder}.": "{folder} 中没有运行 {run!r}。",
    "`python -m pipeline list` shows them.": "`python -m pipeline list` 会列出各次运行。",
    "state.json of run {run!r} is damaged.": "运行 {run!r} 的 state.json 已损坏。",
    "Delete its folder, or repair the file.": "请删除其文件夹，或修复该文件。",
    "{prefix!r} fits several runs: {names}.": "{prefix!r} 对应多次运行：{names}。",
    "Give more of the id.": "请给出更多位编号。",
    "Run {run} is {state}; it can't become {wanted}.": "运行 {run} 的状态是{state}，不能变为{wanted}。",
    "Run {run} is still at work.": "运行 {run} 仍在进行。",
    "Wait for its end, or cancel it.": "请等待它结束，或取消它。",
    "Run {run} is {state} already.": "运行 {run} 的状态已是{state}。",
    "Only a run that has ended can be resumed.": "只有已结束的运行才能继续。",
    "The run was cancelled.": "运行已取消。",
    "Resume it to go on from its last checkpoint.": "继续运行它，可从上一个检查点接着进行。",
    "A run's name has 1 to {limit} characters.": "运行的名称应有 1 到 {limit} 个字符。",
    "Choose another name.": "请另选名称。",
    # 限额
    "You have {active} runs waiting or at work; here {limit} is the limit.": (
        "您有 {active} 次运行正在排队或进行，这里最多允许 {limit} 次。"
    ),
    "Wait for one of them to end, or cancel one.": "请等待其中一次结束，或取消一次。",
    "Your runs take {taken:.1f} GB; here {limit:g} GB is the limit.": (
        "您的运行占用 {taken:.1f} GB，这里最多允许 {limit:g} GB。"
    ),
    "Delete a run that you no longer need.": "请删除不再需要的运行。",
    "The run is stopped: it has been at work for {minutes:g} minutes, the longest allowed here.": (
        "运行已停止：它已进行 {minutes:g} 分钟，达到这里允许的上限。"
    ),
    # 工作进程
    "Looking for {model} on the Hub; this can take minutes.": "正在 Hub 上查找 {model}，可能需要几分钟。",
    "The disk is full. Make room, then try again: a run that is resumed goes on where it stopped.": (
        "磁盘已满。请腾出空间后重试：继续的运行会从中断处接着进行。"
    ),
    "Graft may not write to its folder of runs. Give it the right to, or choose another folder (GRAFT_RUNS_DIR), then "
    "try again.": "Graft 无权写入运行文件夹。请授予写入权限，或另选文件夹（GRAFT_RUNS_DIR），然后重试。",
    "The worker process ended without a word. Resume the run; if it ends so again, the machine may be short of "
    "memory: lower the batch size or the longest text.": (
        "工作进程意外结束，没有留下任何信息。请继续该运行；如果再次如此，可能是内存不足：请减小批大小或最大文本长度。"
    ),
    "{stage}: what was kept of it is damaged, and is made anew.": "{stage}：保存的结果已损坏，正在重新生成。",
    "The machine ran out of memory. Lower the batch size or the longest text.": (
        "机器内存不足。请减小批大小或最大文本长度。"
    ),
    "Something unexpected happened ({kind}). The log has the details.": "发生了意外错误（{kind}）。详情见日志。",
    "“{command}” took longer than {seconds:g} seconds and was ended.": "“{command}”超过 {seconds:g} 秒，已被终止。",
    "Try again later, or with something smaller.": "请稍后再试，或选择较小的内容。",
    "Try again when the machine is less busy, or with a smaller model.": "请在机器空闲时重试，或换用较小的模型。",
    "“{command}” ended without an answer (exit code {code}).": "“{command}”没有给出结果就结束了（退出码 {code}）。",
    "Run it on the command line to see why: python -m pipeline {command}.": (
        "请在命令行中运行以查明原因：python -m pipeline {command}。"
    ),
    "{host}:{port} can't be used: {fault}.": "无法使用 {host}:{port}：{fault}。",
    "Choose another --port.": "请另选 --port。",
    "{folder} can't be made: {fault}.": "无法建立 {folder}：{fault}。",
    "Choose another folder for the runs with --runs-dir or GRAFT_RUNS_DIR.": (
        "请用 --runs-dir 或 GRAFT_RUNS_DIR 另选存放运行的文件夹。"
    ),
    # 各阶段的标题
    "Read and split the texts": "读取并划分文本",
    "Train on the source texts": "在源文本上训练",
    "Train a linear probe on the source model": "在源模型上训练线性探针",
    "Train from scratch, to compare": "从零训练，作为对照",
    "Take the source model as it is": "直接使用源模型",
    "Train on the target texts": "在目标文本上训练",
    "Train one model with the compute of all members": "以全部成员的算力训练单个模型",
    "Compare on the frozen test set": "在固定测试集上比较",
    "Export {model} to ONNX": "把 {model} 导出为 ONNX",
    "Extend the vocabulary": "扩充词表",
    "Take over a vocabulary": "采用其他模型的词表",
    "Transplant the vocabulary": "移植词表",
    "Train the classical baseline": "训练传统基线模型",
    "Adapt to the target language": "适应目标语言",
    "Train on the target labels": "在目标标签上训练",
    "Train a first model to label with": "训练用来打标签的初始模型",
    "Label the unlabelled texts ({number} of {rounds})": "给无标签文本打标签（第 {number} 轮，共 {rounds} 轮）",
    "Learn from the labels found": "从打出的标签中学习",
    "Train member {number}": "训练第 {number} 个成员",
    "Put the seed ensemble together": "组合种子集成",
    "Put the bag together": "组合 Bagging 集成",
    "Put the boosted members together": "组合 Boosting 集成",
    "Estimate": "估算",
    "The process of a stage ended without a word.": "某个阶段的进程没有任何说明就结束了。",
    "Resume the run.": "请继续该运行。",
    "{stage}: not even {seconds:g} seconds on the GPU bring it any further.": (
        "{stage}：在 GPU 上运行 {seconds:g} 秒仍毫无进展。"
    ),
    "Raise GRAFT_GPU_SECONDS, or choose a smaller model or fewer texts; then resume the run.": (
        "请调大 GRAFT_GPU_SECONDS，或选用更小的模型或更少的文本，然后继续该运行。"
    ),
    "ZeroGPU gave no GPU, or took it away: {reason}": "ZeroGPU 没有分配 GPU，或中途收回了 GPU：{reason}",
    "Wait, or sign in with Hugging Face, and try again: a run goes on where it stood.": (
        "请稍候，或用 Hugging Face 登录后重试：运行会从中断处继续。"
    ),
}
