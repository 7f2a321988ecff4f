// Small helpers for the page: elements, live region, theme. No framework.

/** An element. Attributes that are functions become listeners; null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** A style sheet as an element; none where the page has it already, as the book's pages do. */
export const sheet = (css) => (css ? [h("style", {}, css)] : []);

const copy = Math.random().toString(36).slice(2, 10);
let made = 0;
/** A name for one element on the page. In a notebook each widget loads a copy of this script. */
export const freshId = () => `ex-${copy}-${++made}`;

/** An element of a drawing. */
export function draw(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** A line drawing of 16 by 16 in the text's colour. */
export function icon(path) {
  const svg = draw("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
  svg.append(draw("path", { d: path }));
  return svg;
}

export const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Whether the page around us is dark: the book's, JupyterLab's, VS Code's or Colab's own word. */
function isDark() {
  if (matchMedia("print").matches) return false; // paper is white
  const { documentElement: html, body } = document;
  const told = html.dataset.theme ?? html.getAttribute("theme") ?? body?.dataset.theme; // Furo: body
  if (told === "dark" || told === "light") return told === "dark";
  if (body?.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  if (body?.classList.contains("vscode-dark")) return true;
  if (body?.classList.contains("vscode-light")) return false;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * Keeps data-theme on `root` in step with the page; returns a function that stops it. Worked out in
 * script because a style sheet inside a shadow root cannot look at the page's own root.
 */
export function followTheme(root) {
  const apply = () => root.setAttribute("data-theme", isDark() ? "dark" : "light");
  apply();
  const observer = new MutationObserver(apply);
  const attributeFilter = ["data-theme", "theme", "class", "data-jp-theme-light"];
  observer.observe(document.documentElement, { attributes: true, attributeFilter });
  if (document.body) observer.observe(document.body, { attributes: true, attributeFilter });
  const media = ["(prefers-color-scheme: dark)", "print"].map((query) => matchMedia(query));
  media.forEach((query) => query.addEventListener("change", apply));
  return () => {
    observer.disconnect();
    media.forEach((query) => query.removeEventListener("change", apply));
  };
}
