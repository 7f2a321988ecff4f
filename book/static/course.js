// What the theme leaves open. The widgets have a script of their own.

// A page opened from the file system may not fetch its neighbours: the search lists titles there
// and leaves the excerpts out.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// A control is called what is to be seen on it, or voice control stumbles over two names.
function nameControls() {
  for (const control of document.querySelectorAll(
    "button.search-button-field[aria-label], details > summary[aria-label]",
  ))
    control.removeAttribute("aria-label");

  const modes = { light: "Light", dark: "Dark", auto: "System Settings" }; // as the icons say
  const button = document.querySelector(".theme-switch-button");
  const nameMode = () =>
    button.setAttribute("aria-label", `Color mode: ${modes[document.documentElement.dataset.mode]}`);
  if (!button) return;
  nameMode();
  new MutationObserver(nameMode).observe(document.documentElement, { attributeFilter: ["data-mode"] });
}

// What scrolls sideways can be reached by keyboard. The theme looks at code a while after the window
// changes, and not when a <details> opens; here every change of size counts, at once.
const SCROLLERS =
  "mjx-container, .pst-scrollable-table-container, pre, .cell_output > .output, .text_html, .picture, .explorable";

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

document.addEventListener("DOMContentLoaded", nameControls);
window.addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  // Sizes change with the window and with each <details> that opens.
  const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));
  document.querySelectorAll(SCROLLERS).forEach((element) => sizes.observe(element));
});
