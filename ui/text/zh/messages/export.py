"""What the export says: of variants, of the parity gate, of questions that a model can't be asked."""

TEXT = {
    # 变体
    "converted in float32": "以 float32 转换",
    "fp32 with {changes}": "fp32，{changes}",
    "constants folded, redundant nodes removed": "折叠常量并去除冗余节点",
    "the changes of O1, and attention, layer norms and GELU fused": "在 O1 的基础上，融合注意力、层归一化和 GELU",
    "the changes of O2, and GELU approximated by tanh": "在 O2 的基础上，用 tanh 近似 GELU",
    "dynamic int8 of the fp32 graph, {way}: {count} of {total} weight products quantised": (
        "对 fp32 图做动态 int8 量化，{way}：{total} 个权重乘积中量化了 {count} 个"
    ),
    "dynamic int8 of the fp32 graph, {way}: {count} of {total} weight products quantised, "
    "smoothed by {texts} target training texts": (
        "对 fp32 图做动态 int8 量化，{way}：{total} 个权重乘积中量化了 {count} 个，依据 {texts} 条目标训练文本平滑"
    ),
    "everything in int8": "全部采用 int8",
    "outliers smoothed, a third of what reads them computed twice": "平滑离群值，读取离群值的乘积中三分之一计算两次",
    "outliers smoothed, all that reads them computed twice": "平滑离群值，读取离群值的乘积全部计算两次",
    "early feed-forward in float32": "前部前馈层保留 float32",
    "early feed-forward and embeddings in float32": "前部前馈层和嵌入保留 float32",
    "early layers and embeddings in float32": "前部各层和嵌入保留 float32",
    "all but the last layers in float32": "除最后几层外均保留 float32",
    "It takes longer here than {variant}.": "在这台机器上比 {variant} 更慢。",
    "{model}, {variant} ONNX": "{model}，{variant} ONNX",
    "{model}, {variant} ONNX, missed its gate": "{model}，{variant} ONNX，未通过一致性检验",
    "{variant}: {remark}": "{variant}：{remark}",
    "{variant} was left out: {fault}": "{variant} 未能导出：{fault}",
    # 一致性检验
    "{variant} missed its gate and is not served: {reason}.": "{variant} 未通过一致性检验，不投入使用：{reason}。",
    "{way} missed the gate: {reason}.": "{way}：未通过一致性检验，{reason}。",
    "the metric is worse by {value:.2%} ({limit:.2%} allowed)": "指标下降 {value:.2%}（允许 {limit:.2%}）",
    "the share of changed answers is {value:.2%} ({limit:.2%} allowed)": "改变的回答占 {value:.2%}（允许 {limit:.2%}）",
    "a logit differs by {value:.1e} ({limit:.1e} allowed)": "logit 相差 {value:.1e}（允许 {limit:.1e}）",
    "No variant answers as PyTorch does: {reasons}.": "没有一个变体的回答与 PyTorch 一致：{reasons}。",
    "Report this model as a defect.": "请报告此模型的问题。",
    # 无法导出
    "The model's labels are {labels}; the report's are {known}.": "模型的标签是 {labels}，而报告中的是 {known}。",
    "Let the run finish anew.": "请重新完成这次运行。",
    "Optimum can't export a model of type {kind}: {fault}.": "Optimum 无法导出 {kind} 类型的模型：{fault}。",
    "Choose another source model.": "请选择其他源模型。",
    "{model} is no neural network and has no ONNX form.": "{model} 不是神经网络，没有 ONNX 形式。",
    "Export one of {models}.": "可导出的模型有：{models}。",
    "Run {run} has no report to check an export against.": "运行 {run} 还没有报告，无法检验导出结果。",
    "Let the run finish first.": "请先等运行完成。",
    "Run {run} has no model {model!r}.": "运行 {run} 没有模型 {model!r}。",
    "Let the run finish, or name another model.": "请等运行完成，或指定其他模型。",
    "{folder} exists and is no export.": "{folder} 已存在，但不是导出结果。",
    "Name a new folder.": "请指定新的文件夹。",
    "{level} is not to be had for this model: {fault}.": "此模型无法使用 {level}：{fault}。",
    "Export without optimisation.": "请不加优化地导出。",
    "int8 is not to be had for this model: {fault}.": "此模型无法使用 int8：{fault}。",
    "Export without quantisation.": "请不加量化地导出。",
    "{folder} holds no model.safetensors.": "{folder} 中没有 model.safetensors。",
    "Export a model that was saved in safetensors.": "请导出以 safetensors 保存的模型。",
    "{folder} can't be loaded: {fault}.": "无法加载 {folder}：{fault}。",
    "Train the model anew.": "请重新训练模型。",
    "The tokenizer in {folder} has no fast form.": "{folder} 中的分词器没有快速形式。",
    "Save it so that it has a tokenizer.json.": "请重新保存，使其带有 tokenizer.json。",
    "{folder} holds no finished export.": "{folder} 中没有完成的导出。",
    "Export the model first.": "请先导出模型。",
    "{file} is damaged, or of another Graft.": "{file} 已损坏，或来自其他版本的 Graft。",
    "Export the model anew.": "请重新导出模型。",
    "{model} could not be exported.": "{model} 未能导出。",
    "The end of the log says more; the trained models are kept.": "日志末尾有更多说明；训练好的模型已保留。",
    # 提问
    "{folder} lacks {files}. Give the folder of one exported variant, or export anew.": (
        "{folder} 中缺少 {files}。请指定某个已导出变体的文件夹，或重新导出。"
    ),
    "{folder} can't be loaded: {fault}. Export anew.": "无法加载 {folder}：{fault}。请重新导出。",
    "There is no provider {provider!r}. Give one of {providers}.": (
        "不能在 {provider!r} 上运行。请选择其一：{providers}。"
    ),
    "This model is for {task} and fills no masks. Call predict().": "此模型用于 {task}，不填掩码。请调用 predict()。",
    "The text has {count} masks. Put one {mask} into it.": "文本中有 {count} 个掩码。请只放一个 {mask}。",
    "{mask} lies beyond what the model reads. Give a shorter text.": "{mask} 超出了模型能读取的范围。请缩短文本。",
    "This model reads one text at a time, not {question}. Give strings.": (
        "此模型每次读取一条文本，而不是 {question}。请提供字符串。"
    ),
    "This model compares two texts, not {question}. Give pairs (text, second).": (
        "此模型比较两条文本，而不是 {question}。请提供文本对（text, second）。"
    ),
    "A language model labels nothing. Call fill() with a text that has a mask.": (
        "语言模型不打标签。请用带掩码的文本调用 fill()。"
    ),
    "Words that are tagged have no label in common. Choose a model that labels texts.": (
        "逐词标注没有共同的标签。请选择给整条文本打标签的模型。"
    ),
    # 服务
    "{name!r} can't be a model's name in a URL.": "{name!r} 不能用作网址中的模型名。",
    "Write NAME=FOLDER, with up to 64 letters, digits, points, hyphens or underscores.": (
        "请写成 NAME=FOLDER，名称最多 64 个字符，只含字母、数字、点、连字符或下划线。"
    ),
    "Two models would be called {name}.": "有两个模型都叫 {name}。",
    "Write NAME=FOLDER to call one otherwise.": "请写成 NAME=FOLDER，给其中一个换个名称。",
    "{folder} missed its parity gate: {reason}.": "{folder} 未通过一致性检验：{reason}。",
    "Choose another variant, or give {flag}.": "请改用其他变体，或加上 {flag}。",
    "{file} is not the file that was exported. Copy the folder again, or export anew.": (
        "{file} 与导出时的文件不一致。请重新复制该文件夹，或重新导出。"
    ),
    "{file} has no checksum of {lacking}. Copy the folder again, or export anew.": (
        "{file} 中没有 {lacking} 的校验和。请重新复制该文件夹，或重新导出。"
    ),
    "{folder} can't be served: {fault}. Export anew.": "{folder} 无法提供服务：{fault}。请重新导出。",
    "What {folder} says of this question is no number: it overflows. Ask a variant in float32.": (
        "{folder} 对这个问题给出的结果不是数值：发生了溢出。请改用 float32 变体。"
    ),
    "there is no key between the commas, and without keys anybody could ask": (
        "逗号之间没有密钥，而没有密钥时任何人都可以提问"
    ),
    "max_texts is above queue_size, so that a full request would never be accepted": (
        "max_texts 大于 queue_size，满额的请求将永远无法被接受"
    ),
    "This model compares two texts.": "此模型比较两条文本。",
    'Give two texts for each question: "text" "second", or lines with a tab.': (
        '请为每个问题提供两条文本："text" "second"，或以制表符分隔的行。'
    ),
    "stdin is not UTF-8: {fault}.": "标准输入不是 UTF-8：{fault}。",
    "Convert it, with iconv for one.": "请转换编码，例如使用 iconv。",
    # 变体的表、校准、推送
    "fp32 in half precision": "fp32，半精度",
    "fp32 in half precision, with {changes}": "fp32，半精度，{changes}",
    "the changes of O3, in fp16": "在 O3 的基础上，采用 fp16",
    "static int8 of the fp32 graph, {way}: {count} of {total} weight products quantised, "
    "calibrated on {texts} target training texts ({method})": (
        "对 fp32 图做静态 int8 量化，{way}：{total} 个权重乘积中量化了 {count} 个，"
        "用 {texts} 条目标训练文本校准（{method}）"
    ),
    "early feed-forward in float32, calibrated": "前部前馈层保留 float32，经校准",
    "{way} could not be made: {fault}": "{way}：无法生成，{fault}",
    "{way} could not be used: {fault}": "{way}：无法使用，{fault}",
    "It fails when it is asked: {fault}.": "推理时出错：{fault}。",
    "To pass, the metric may be worse by {loss:.2%} and {flips:.2%} of the answers may change; of fp32, O1 and O2 no "
    "logit may differ by more than {logits:.0e}.": (
        "通过的条件：指标最多变差 {loss:.2%}，最多 {flips:.2%} 的回答发生变化；fp32、O1 与 O2 的任一 logit 相差不超过 "
        "{logits:.0e}。"
    ),
    "{method}; {way}": "{method}；{way}",
    "everything in fp16": "全部采用 fp16",
    "layer norms, sums and softmax in float32": "层归一化、求和与 softmax 保留 float32",
    "layer norms, sums, softmax, GELU and the head in float32": "层归一化、求和、softmax、GELU 与输出层保留 float32",
    "all of these and early feed-forward in float32": "以上各项与前部前馈层保留 float32",
    "The run's training texts are not kept any more, and static int8 is calibrated on them.": (
        "运行的训练文本已不再保留，而静态 int8 需要用它们校准。"
    ),
    "Run it anew, or choose dynamic int8.": "请重新运行，或选择动态 int8。",
    "fp16 is not to be had for this model: {fault}.": "此模型无法使用 fp16：{fault}。",
    "Made for {provider} and checked on {used}, for {provider} was not to be had here: its speed is not what it is to "
    "be.": ("为 {provider} 导出，但这里无法使用 {provider}，只在 {used} 上检验过：其速度不代表目标环境中的速度。"),
    "Fused: {parts}.": "已融合：{parts}。",
    "Fused when it is loaded: {parts}.": "加载时融合：{parts}。",
    "Only {parts} were fused; the others run node by node.": "只融合了{parts}，其余逐节点运行。",
    "{fused} of {there} attentions": "{there} 个注意力中的 {fused} 个",
    "{fused} of {there} layer norms": "{there} 个层归一化中的 {fused} 个",
    "{fused} of {there} norms with the sum before": "{there} 个连同前面求和的归一化中的 {fused} 个",
    "{fused} of {there} GELUs": "{there} 个 GELU 中的 {fused} 个",
    "{repo!r} is no name of a repository.": "{repo!r} 不是仓库名称。",
    "Give OWNER/NAME.": "请按 OWNER/NAME 的形式填写。",
    "{file} lies in the folder that is packed.": "{file} 就在要打包的文件夹里。",
    "Name another place.": "请指定别的位置。",
    "{folder} is no exported variant.": "{folder} 不是已导出的变体。",
    "Give the folder of one, or export anew.": "请指定一个变体的文件夹，或重新导出。",
    "{folder} is not as it was exported: {files}.": "{folder} 与导出时不一致：{files}。",
    "Export anew.": "请重新导出。",
    "There is no token for the Hub.": "没有可用于 Hub 的令牌。",
    "Set HF_TOKEN, log in with `hf auth login`, or give one for this once.": (
        "请设置 HF_TOKEN、用 `hf auth login` 登录，或填写一个仅用这一次的令牌。"
    ),
    "The Hub can't be reached: {fault}.": "无法连接 Hub：{fault}。",
    "The Hub does not take {folder}: {fault}": "Hub 不接受 {folder}：{fault}",
    "its answer leads to an address of this server's own network": "其回答指向了本服务器内部网络中的地址",
    "Check the network, and try again.": "请检查网络后重试。",
    "The Hub refused {repo}: it answered {status}.": "Hub 拒绝了 {repo}：返回 {status}。",
    "Try again later.": "请稍后再试。",
    "The Hub does not know this token.": "Hub 不认识这个令牌。",
    "This token may not write to {repo}.": "这个令牌无权写入 {repo}。",
    "The Hub knows no owner for {repo} that this token may see.": "Hub 上没有这个令牌可见的 {repo} 的所有者。",
    "Make a new one at https://huggingface.co/settings/tokens.": (
        "请在 https://huggingface.co/settings/tokens 新建一个。"
    ),
    "Give a token with the right to write, or a repository of your own.": (
        "请填写有写入权限的令牌，或改用您自己的仓库。"
    ),
    "Check OWNER/NAME.": "请检查 OWNER/NAME。",
}
