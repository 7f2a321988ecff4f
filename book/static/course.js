// What the theme leaves open. The widgets have a script of their own.

// What scrolls sideways can be reached by keyboard: at every change of size, and of what is folded.
const SCROLLERS =
  ".math.long, div.math > div, .table-wrapper, pre, .picture, .cell_output > .output, .text_html, .explorable";

function reach(elements) {
  const read = elements.map((element) => {
    const wide = element.scrollWidth > element.clientWidth;
    return [element, wide && /auto|scroll/.test(getComputedStyle(element).overflowX)];
  });
  for (const [element, scrolls] of read) {
    if (scrolls && element.tabIndex < 0) {
      element.tabIndex = 0;
      element.dataset.scrolls = "";
    } else if (!scrolls && "scrolls" in element.dataset) {
      element.removeAttribute("tabindex");
      delete element.dataset.scrolls;
    }
  }
}

// A few at a time, so that a page of hundreds holds nobody up.
window.addEventListener("load", () => {
  const sizes = new ResizeObserver((entries) => reach(entries.map(({ target }) => target)));
  const waiting = [...document.querySelectorAll(SCROLLERS)];
  const idle = window.requestIdleCallback ?? setTimeout;
  const observe = () => {
    for (const element of waiting.splice(0, 20)) sizes.observe(element);
    if (waiting.length) idle(observe);
  };
  idle(observe);
});

// Two of the theme's landmarks have no name of their own.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "The course");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");

// A formula is copied as its TeX, and whole: a part of it would say nothing.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed) return;
  const range = selection.getRangeAt(0).cloneRange();
  const around = (node) => (node.closest ? node : node.parentElement).closest("math");
  if (around(range.startContainer)) range.setStartBefore(around(range.startContainer));
  if (around(range.endContainer)) range.setEndAfter(around(range.endContainer));
  const copied = document.createElement("div");
  copied.append(range.cloneContents());
  const formulas = copied.querySelectorAll("math:has(annotation)");
  if (!formulas.length) return;
  event.clipboardData.setData("text/html", copied.innerHTML);
  for (const formula of formulas) {
    const mark = formula.getAttribute("display") === "block" ? "$$" : "$";
    formula.replaceWith(mark + formula.querySelector("annotation").textContent + mark);
  }
  document.body.append(copied); // its text has lines only where it is laid out
  event.clipboardData.setData("text/plain", copied.innerText);
  copied.remove();
  event.preventDefault();
});
