// The images in rows, to choose one from.
import { html, ownKeys, put } from "../_shared.js";
import { underImage } from "./_words.js";

/** @import { Bytes, Model } from "../_types.d.ts" */
/** @import { Item, Traits } from "./_types.d.ts" */

let views = 0;

/**
 * An address of a JPEG, to be given back with `URL.revokeObjectURL`.
 *
 * @param {NonNullable<Bytes>} data
 */
export const jpegUrl = (data) => URL.createObjectURL(new Blob([data], { type: "image/jpeg" }));

/** @param {string[]} urls */
const forget = (urls) => urls.forEach((url) => URL.revokeObjectURL(url));

/**
 * The list of images. `onDelete()` hears the key.
 *
 * @param {Model<Traits>} model
 * @param {() => void} onDelete
 */
export function imageList(model, onDelete) {
  const id = `tlw-image-${(views += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  const values = { class: "tlw-images", role: "listbox", tabindex: 0, "data-key": "list" };
  const element = html("div", { ...values, "aria-label": "Images" });
  /** @type {string[]} */
  let urls = [];

  function select(/** @type {number} */ i) {
    const last = model.get("_items").length - 1;
    put(model, "selected", Math.max(0, Math.min(last, i)));
    element.children[model.get("selected")]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  const by = (/** @type {number} */ step) => () => select(model.get("selected") + step);
  ownKeys(element, {
    ArrowRight: by(1),
    ArrowDown: by(1),
    ArrowLeft: by(-1),
    ArrowUp: by(-1),
    Home: () => select(0),
    End: () => select(Infinity),
    Delete: onDelete,
  });

  /**
   * @param {Item} item
   * @param {number} i
   */
  function option(item, i) {
    const said = underImage(item);
    const made = html(
      "div",
      { role: "option", id: `${id}-${i}`, class: "tlw-image", title: item.name },
      html("img", { src: urls[i] ?? "", alt: "" }),
      html("span", { class: "tlw-name" }, item.name),
      ...(said ? [html("span", { class: "tlw-said" }, said)] : []),
    );
    made.addEventListener("click", () => select(i));
    return made;
  }
  function draw() {
    forget(urls);
    urls = model.get("_images").map(jpegUrl);
    const items = model.get("_items");
    element.replaceChildren(...items.map(option));
    element.hidden = !items.length;
  }
  /** Which image is chosen. */
  function mark() {
    const chosen = model.get("selected");
    [...element.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === chosen)));
    if (model.get("_items")[chosen]) element.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    else element.removeAttribute("aria-activedescendant");
  }
  return { element, draw, mark, urlOf: (/** @type {number} */ i) => urls[i] ?? "", stop: () => forget(urls) };
}
