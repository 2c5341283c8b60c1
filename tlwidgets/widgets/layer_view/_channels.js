// The channels of a layer as small maps, in pages.
import { html, ownKeys } from "../_shared.js";
import { rasterImage } from "./_drawing.js";
import { keyTargets, lastPage, onPage, pageOf, pageWords, within } from "./_pages.js";

/** @import { Colors } from "./_colors.js" */
/** @import { Look } from "./_look.js" */
/** @import { At } from "./_types.d.ts" */
/** @typedef {{ look: Look, order: number[], at: At, colors: Colors }} Shown */

const KEYS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];

/**
 * How many stand in the first row.
 *
 * @param {HTMLElement} list
 */
function columnsOf(list) {
  const tops = [...list.children].map((tile) => /** @type {HTMLElement} */ (tile).offsetTop);
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}

/** @param {Element | null} element */
const focus = (element) => /** @type {HTMLElement | null} */ (element)?.focus({ preventScroll: true });

/** A list to choose a channel from. */
export class ChannelList {
  #list = html("div", { class: "tlw-see-list", role: "listbox", "aria-label": "Channels" });
  #earlier = html("button", { type: "button", "data-key": "earlier" }, "Earlier");
  #later = html("button", { type: "button", "data-key": "later" }, "Later");
  #place = html("span", {});
  #pages = html("div", { class: "tlw-see-row" }, this.#earlier, this.#later, this.#place);
  #page = 0;
  /** @type {Shown | null} */
  #shown = null;
  #onChoose;

  /** @param {(channel: number) => void} onChoose */
  constructor(onChoose) {
    this.#onChoose = onChoose;
    this.elements = [this.#list, this.#pages];
    ownKeys(this.#list, Object.fromEntries(KEYS.map((key) => [key, () => this.#follow(key)])));
    this.#earlier.addEventListener("click", () => this.#turn(-1));
    this.#later.addEventListener("click", () => this.#turn(1));
  }

  /**
   * Show the page on which the channel is.
   *
   * @param {Shown} shown
   */
  show(shown) {
    this.#shown = shown;
    this.#page = pageOf(shown.order.indexOf(shown.at.channel));
    this.#draw(shown);
  }

  /** @param {number} by */
  #turn(by) {
    this.#page += by;
    if (this.#shown) this.#draw(this.#shown);
  }

  /** @param {string} key */
  #follow(key) {
    if (!this.#shown?.order.length) return;
    const { order, at } = this.#shown;
    const here = Math.max(0, order.indexOf(at.channel));
    const to = keyTargets(here, columnsOf(this.#list), order.length)[key];
    this.#onChoose(order[within(to, order.length)]);
  }

  /** @param {Shown} shown */
  #draw(shown) {
    const { order } = shown;
    const last = lastPage(order.length);
    const had = this.#list.contains(document.activeElement);
    const options = onPage(order, this.#page).map((channel) => this.#option(channel, shown));
    this.#list.replaceChildren(...options);
    const stop = options.find((option) => option.tabIndex === 0) ?? options[0] ?? null;
    stop?.setAttribute("tabindex", "0"); // one of them can be reached by Tab
    if (had) focus(stop);
    this.#pages.hidden = last === 0;
    this.#earlier.disabled = this.#page === 0;
    this.#later.disabled = this.#page === last;
    this.#place.textContent = pageWords(this.#page, order.length);
  }

  /**
   * @param {number} channel
   * @param {Shown} shown
   */
  #option(channel, { look, at: { image, channel: chosen }, colors }) {
    const at = { image, channel };
    const isChosen = channel === chosen;
    const values = { role: "option", tabindex: isChosen ? 0 : -1, "aria-selected": isChosen };
    const map = rasterImage(look.map(at), colors);
    const option = html("div", { ...values, "aria-label": look.words(at) }, map);
    if (isChosen) option.dataset.key = "channel";
    const mark = look.mark(channel);
    if (mark) option.append(html("span", { class: "tlw-see-mark", "aria-hidden": "true" }, mark));
    option.addEventListener("click", () => {
      this.#onChoose(channel);
      focus(this.#list.querySelector("[aria-selected='true']"));
    });
    return option;
  }
}
