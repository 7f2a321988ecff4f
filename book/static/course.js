// What the theme leaves open. The widgets have a script of their own.

// What scrolls sideways can be reached by keyboard: at every change of size, and of what is folded.
const SCROLLERS =
  ".math, .math-wrapper, .table-wrapper, pre, .picture, .cell_output > .output, .text_html, .explorable";

function reach(element) {
  const wide = element.scrollWidth > element.clientWidth;
  const scrolls = wide && /auto|scroll/.test(getComputedStyle(element).overflowX);
  if (scrolls && element.tabIndex < 0) {
    element.tabIndex = 0;
    element.dataset.scrolls = "";
  } else if (!scrolls && "scrolls" in element.dataset) {
    element.removeAttribute("tabindex");
    delete element.dataset.scrolls;
  }
}

window.addEventListener("load", () => {
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));
  document.querySelectorAll(SCROLLERS).forEach((element) => sizes.observe(element));
});

// Two of the theme's landmarks have no name of their own.
document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "The course");
document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
