// What the search leaves open.

// A page opened from the file system may not fetch its neighbours: the search lists titles there
// and leaves the excerpts out.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// An excerpt is prose: code, displayed formulas and widgets are left out of the text that it is
// cut from; a formula in a line stays as it is read, without its TeX.
const LEFT_OUT = ".cell, .explorable, div.math, annotation, pre, nav, .headerlink, script, style";

document.addEventListener("DOMContentLoaded", () => {
  const toText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(LEFT_OUT).forEach((element) => element.remove());
    return toText(page.documentElement.outerHTML, anchor);
  };
});
