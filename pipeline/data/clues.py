"""What gives a column away: its name, and how its values look and repeat."""

from __future__ import annotations

from collections.abc import Collection

TEXT_NAMES = (
    "text", "review", "sentence", "content", "comment", "review_body", "review_text", "reviewtext", "tweet", "body",
    "message", "document", "question", "utterance", "query", "description", "summary", "title", "headline",
    "文本", "评论", "内容", "句子", "正文", "文章", "评论内容", "评价内容", "问题", "标题",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "sentiment", "class", "category", "polarity", "emotion", "intent", "topic", "target", "tag",
    "y", "cat", "rating", "stars", "star_rating", "score",
    "标签", "情感", "情感倾向", "类别", "分类", "类型", "极性", "情绪", "主题", "评分",
)  # fmt: skip
#: The first and the second text of a pair.
PAIR_NAMES = (
    ("sentence1", "sentence2"), ("sentence_1", "sentence_2"), ("sentence_a", "sentence_b"),
    ("text1", "text2"), ("text_1", "text_2"), ("text_a", "text_b"),
    ("premise", "hypothesis"), ("question1", "question2"), ("question", "passage"), ("question", "sentence"),
    ("question", "answer"), ("query", "passage"), ("query", "document"), ("query", "title"),
    ("句子1", "句子2"), ("文本1", "文本2"), ("前提", "假设"), ("问题", "答案"), ("问题1", "问题2"),
)  # fmt: skip
_OTHER_NAMES = (
    "id", "idx", "index", "name", "user", "author", "date", "time", "url", "source", "split", "lang",
    "language", "keywords", "label_text", "label_desc", "编号", "序号", "用户", "日期", "时间", "评价",
)  # fmt: skip
_HEADER_NAMES = frozenset((*TEXT_NAMES, *LABEL_NAMES, *_OTHER_NAMES, *(name for pair in PAIR_NAMES for name in pair)))
MOST_LABELS = 50


def simplified(name: str) -> str:
    """A column's name without the differences that do not matter."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def is_header(cells: Collection[str]) -> bool:
    """Whether one of the cells is a name that columns of text files have."""
    return any(simplified(cell) in _HEADER_NAMES for cell in cells)


def is_few(distinct: int, total: int, share: float = 0.1) -> bool:
    """Whether ``distinct`` values among ``total`` are few enough to be labels."""
    return distinct <= MOST_LABELS and distinct <= max(3, total * share)


def is_repeated(value: str, others: Collection[str], share: float = 0.1) -> bool:
    """Whether ``value`` is one of a few labels that ``others`` hold; see :func:`is_few` for ``share``."""
    distinct = set(others)
    few = len(distinct) < len(others) and is_few(len(distinct), len(others), share)
    return bool(value) and value in distinct and few
