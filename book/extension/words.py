"""Words of a page: its headings, and text cut to a length."""

from docutils import nodes


def shorten(text: str, length: int) -> str:
    """Cut `text` at the end of a sentence, or else of a word, so that it has at most `length`."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[:length]
    sentence = max(head.rfind(mark) for mark in (". ", "? ", "! "))
    if sentence > length // 3:
        return head[: sentence + 1]
    return head[: head.rfind(" ")].rstrip(",;:") + " …"


def in_section(node: nodes.Node, title: str) -> bool:
    """Whether `node` is in a section of that title."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.section) and title_of(node) == title:
            return True
    return False


def title_of(section: nodes.section) -> str:
    """What stands above a section."""
    title = section.next_node(nodes.title)
    return title.astext() if title else ""
