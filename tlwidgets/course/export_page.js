// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// Brings the widgets of an exported page to life: a small model in place of the kernel's (see export.py).
(() => {
  const page = JSON.parse(document.getElementById("tlw-page").textContent);

  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

  function stateOf({ state, buffers }) {
    for (const { path, data } of buffers) {
      const owner = path.slice(0, -1).reduce((part, key) => part?.[key], state);
      if (owner) owner[path.at(-1)] = bytes(data); // the place may be gone: a list that became shorter
    }
    return { ...state, _no_kernel: true };
  }

  function makeModel(record) {
    const state = stateOf(record);
    const listeners = new Map();
    const same = (a, b) => a === b || (!(a instanceof DataView) && JSON.stringify(a) === JSON.stringify(b));
    const names = (text) => text.split(/\s+/).filter(Boolean);
    const model = {
      get: (key) => state[key],
      set(key, value) {
        if (same(state[key], value)) return;
        state[key] = value;
        for (const name of [`change:${key}`, "change"]) {
          [...(listeners.get(name) ?? [])].forEach((f) => f(model, value));
        }
      },
      save_changes() {},
      send() {},
      on(text, f) {
        for (const name of names(text)) listeners.set(name, [...(listeners.get(name) ?? []), f]);
      },
      off(text, f) {
        for (const name of names(text)) {
          listeners.set(
            name,
            (listeners.get(name) ?? []).filter((g) => f && g !== f),
          );
        }
      },
    };
    return model;
  }

  const sheets = new Set();
  const widgets = new Map();
  /** One module and one model for each widget, shared by all places where it is shown. */
  function widgetOf(id) {
    if (!widgets.has(id)) {
      widgets.set(
        id,
        (async () => {
          const record = page.models[id];
          const code = new Blob([page.texts[record.esm]], { type: "text/javascript" });
          const module = await import(URL.createObjectURL(code));
          const widget = typeof module.default === "function" ? await module.default() : module.default;
          const model = makeModel(record);
          await widget.initialize?.({ model });
          if (record.css !== null && !sheets.has(record.css)) {
            sheets.add(record.css);
            const style = document.createElement("style");
            style.textContent = page.texts[record.css];
            document.head.append(style);
          }
          return { widget, model };
        })(),
      );
    }
    return widgets.get(id);
  }

  async function show(place) {
    const still = place.querySelector(".tlw-still");
    const root = document.createElement("div");
    try {
      const { widget, model } = await widgetOf(place.dataset.tlwModel);
      place.append(root);
      await widget.render({ model, el: root });
      still.hidden = true;
      place.dataset.tlwLive = "true";
    } catch (error) {
      root.remove(); // the picture stays
      place.dataset.tlwLive = "false";
      console.error(error);
    }
  }
  document.querySelectorAll("[data-tlw-model]").forEach(show);
})();
