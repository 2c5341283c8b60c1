// The parts of the panel see their own traits.

/** @import { Model } from "../_types.d.ts" */

/**
 * The model of a part: its traits are those of the panel, under names with a prefix.
 *
 * @param {Model} model
 * @param {string} prefix
 * @returns {Model}
 */
export function partOf(model, prefix) {
  /** @param {PropertyKey} name */
  const key = (name) => (name === "_no_kernel" ? name : prefix + String(name));
  /** @param {string} name */
  const event = (name) => (name.startsWith("change:") ? `change:${key(name.slice("change:".length))}` : name);
  return {
    get: (name) => model.get(key(name)),
    set: (name, value) => model.set(key(name), value),
    save_changes: () => model.save_changes(),
    send: (...message) => model.send(...message),
    on: (name, action) => model.on(event(name), action),
    off: (name, action) => model.off(event(name), action),
  };
}
