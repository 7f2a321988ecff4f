// Every widget by name, and the one way to start one. The names are those of the Python classes.

import * as widgets from "folder:widgets";

export const WIDGETS = { ...widgets }; // in the web book none at first: there each adds itself

/** Starts the widget; returns the function that takes it away again. */
export function mount({ kind, model, el }) {
  const start = WIDGETS[kind];
  if (!start)
    throw new Error(`no widget here is called ${kind}; there are ${Object.keys(WIDGETS).join(", ") || "none"}`);
  return start({ model, el });
}
