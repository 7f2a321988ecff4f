// For hosts with a live kernel: the form that anywidget asks for.

import { mount } from "./registry.js";

export default {
  render({ model, el }) {
    return mount({ kind: model.get("kind"), model, el });
  },
};
