"""Several machines: the cluster, and what lies on its shelf."""

TEXT = {
    "Ray is not installed.": "尚未安装 Ray。",
    "Run `pip install -r requirements-ray.txt`.": "请运行 `pip install -r requirements-ray.txt`。",
    "There is no way into the Ray cluster at {address}: {fault}": "无法连接位于 {address} 的 Ray 集群：{fault}",
    "Start one with `ray start --head`, or correct {variable}.": (
        "请用 `ray start --head` 启动一个集群，或改正 {variable}。"
    ),
    "{stage}: its machine was lost; it begins anew.": "{stage}：所在的机器已失联，重新开始。",
    "{stage}: no machine brought it to its end ({kind}).": "{stage}：没有机器能将其完成（{kind}）。",
    "Resume the run; the log and `ray status` tell more.": "请继续该运行；日志和 `ray status` 中有更多信息。",
    "The cluster serves something already.": "该集群已在提供其他服务。",
    "Name all models in one command, or end the other one.": "请在一条命令中列出所有模型，或先结束另一项服务。",
    "The models could not be deployed.": "无法部署这些模型。",
    "The log says why.": "原因见日志。",
    "max_replicas is below replicas": "max_replicas 小于 replicas",
    "{file} of a finished stage is damaged at {address}.": "{address} 中某个已完成阶段的 {file} 已损坏。",
    "Resume the run: the stage is done anew.": "请继续该运行：该阶段会重做。",
    "{variable} is {value!r}, which can't be used: {fault}.": "{variable} 的值是 {value!r}，无法使用：{fault}。",
    "Correct it, or install what its kind of store needs: `pip install -r requirements-s3.txt` for s3://.": (
        "请改正它，或安装该类存储所需的软件包：s3:// 需要 `pip install -r requirements-s3.txt`。"
    ),
}
