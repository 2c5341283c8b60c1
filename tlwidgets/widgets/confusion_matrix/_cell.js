// The open cell: its numbers in words, its images, a page at a time.
import { html } from "../_shared.js";
import { imagesOf, lacking, lastPage, noteOf, placeOf } from "./_pages.js";

/** @import { CellImage, CellState } from "./_types.d.ts" */
/** @import { Counts } from "./_counts.js" */

/**
 * @param {CellImage} image
 * @param {string} words
 */
function listItem({ n, url }, words) {
  const image = /** @type {HTMLImageElement} */ (html("img", { src: url, alt: `example ${n}: ${words}` }));
  image.addEventListener("load", () => image.classList.toggle("tlw-small", image.naturalWidth < 64));
  return html("li", {}, image, html("span", { "aria-hidden": "true" }, String(n)));
}

/**
 * `look(i, j, page)` says what there is of a cell; `ask(i, j, page)` asks the kernel for images.
 *
 * @typedef {{
 *   look: (i: number, j: number, page: number) => Omit<CellState, "count">,
 *   ask: (i: number, j: number, page: number) => void,
 * }} CellSource
 */
export class OpenCell {
  #said = html("div", { role: "status" });
  #list = html("ul", { class: "tlw-images" });
  #earlier = turner("earlier", "Earlier");
  #later = turner("later", "Later");
  #place = html("span", {});
  #pages = html("div", { class: "tlw-pages" }, this.#earlier, this.#later, this.#place);
  element = html("div", { class: "tlw-detail" }, this.#said, this.#list, this.#pages);
  /** @type {CellSource} */
  #source;
  #page = 0;
  #asked = ""; // the last request of this cell

  onTurn = () => {}; // hears that another page is wanted

  /** @param {CellSource} source */
  constructor(source) {
    this.#source = source;
    this.#earlier.addEventListener("click", () => this.#turn(-1));
    this.#later.addEventListener("click", () => this.#turn(1));
  }

  /** Another cell is open: from its first page. */
  restart() {
    this.#page = 0;
    this.#asked = "";
  }

  /** @param {number} by */
  #turn(by) {
    this.#page += by;
    this.#asked = "";
    this.onTurn();
  }

  /**
   * @param {number[] | null} where
   * @param {Counts} counts
   */
  show(where, counts) {
    this.element.hidden = !where;
    if (!where) {
      this.#said.textContent = "";
      return;
    }
    const [i, j] = where;
    const count = counts.at(i, j);
    const { size } = this.#source.look(i, j, 0);
    this.#page = Math.min(this.#page, lastPage(count, size));
    const state = { ...this.#source.look(i, j, this.#page), count };
    if (lacking(state)) this.#request(i, j);
    this.#said.textContent = counts.words(i, j) + (count ? "." : ": no image.") +
      noteOf(state, this.#asked !== "");
    const words = `true ${counts.names[i]}, predicted ${counts.names[j]}`;
    const images = imagesOf(state);
    this.#list.hidden = !images.length;
    this.#list.replaceChildren(...images.map((image) => listItem(image, words)));
    this.#showPages(state);
  }

  /** @param {CellState} state */
  #showPages(state) {
    const last = lastPage(state.count, state.size);
    this.#pages.hidden = last === 0 || !state.hasImages || state.alone;
    this.#earlier.disabled = this.#page === 0;
    this.#later.disabled = this.#page === last;
    this.#place.textContent = placeOf(this.#page, state);
  }

  /**
   * @param {number} i
   * @param {number} j
   */
  #request(i, j) {
    const request = `${i}|${j}|${this.#page}`;
    if (this.#asked !== request) this.#source.ask(i, j, this.#page);
    this.#asked = request;
  }
}

/**
 * @param {string} key
 * @param {string} words
 */
function turner(key, words) {
  return /** @type {HTMLButtonElement} */ (html("button", { type: "button", "data-key": key }, words));
}
