"""Sentences for programs: what is wrong with a call."""

TEXT = {
    "bad_argument": "{name}：{fault}。",
    "bad_argument_remedy": "API 页面说明了每个参数。",
    "no_visitor": "此服务器区分访客，而这次调用没有说明是谁发出的。",
    "no_visitor_remedy": "请用 new_visitor 取一次令牌并保存好，之后每次调用都作为 visitor 传入。",
    "dead_link": "此链接不指向任何报告。",
    "dead_link_remedy": "请向给您链接的人再要一个。",
    "not_uploaded": "这不是上传过的文件。",
    "not_uploaded_remedy": "使用 gradio_client 时请传入 handle_file(path)；否则请先把它发送到 /gradio_api/upload。",
    "unknown_file": "没有文件 {name}，或者它不属于您。",
    "unknown_file_remedy": "请先用 upload_file 或 upload_text 上传，再使用返回的名称。",
    "not_json": "规格不是 JSON：{fault}。",
    "not_json_remedy": "请提供一个对象或其文本；docs/spec.md 有说明。",
    "no_suggestion": "没有适合这些文件的方案。",
    "no_suggestion_remedy": "check_data 会说明缺少什么；list_presets 列出可以指定的方案。",
    "masks_only": "此运行的模型用于猜测被遮住的词。",
    "masks_only_remedy": "请使用 fill_mask。",
    "no_masks": "此运行的模型不猜测被遮住的词。",
    "no_masks_remedy": "请使用 predict。",
    "not_explained": "只有给整条文本打标签的回答才能追溯到其中的词。",
    "not_explained_remedy": "请使用 predict 或 fill_mask。",
}
