"""What is in a source's and in a target's file, small and made up."""

CLASSES, ENTITIES, SEVERAL = "text-classification", "entity-recognition", "multi-label-classification"
SOURCE = "label,text\n" + "".join(f"{number % 2},source text {number}\n" for number in range(40))
TARGET = "label,review\n" + "".join(f"{number % 2},目标文本 {number}\n" for number in range(40))
NAMED = TARGET.replace("\n0,", "\n差评,").replace("\n1,", "\n好评,")  # other labels


def tagged(count: int, *kinds: str) -> str:
    """Sentences with one entity each, whose types take turns."""
    return "".join(f"w{number}\tB-{kinds[number % len(kinds)]}\nend\tO\n\n" for number in range(count))
