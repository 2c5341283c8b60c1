// Images that came from the kernel, for all views of one widget.

/** @import { CellImage, Traits } from "./_types.d.ts" */

const PAGES = 60; // kept at most, beside those that came with the widget

/** Pages of images by cell; a page that goes gives its files back. */
export class ImageStore {
  /** @type {Map<string, CellImage[]>} */
  #fetched = new Map();
  /** @type {Map<string, CellImage[]>} */
  #ahead = new Map();

  /** @param {Traits["_ahead"]} ahead */
  addAhead(ahead) {
    for (const [cell, images] of Object.entries(ahead ?? {})) {
      this.#ahead.set(cell, images.map(({ n, png }) => ({ n, url: file(png) })));
    }
  }

  /**
   * @param {string} key  "i|j|page"
   * @param {number[]} numbers
   * @param {BlobPart[]} files
   */
  add(key, numbers, files) {
    this.#forget(key); // asked for by two views
    if (this.#fetched.size >= PAGES) this.#forget([...this.#fetched.keys()][0]);
    this.#fetched.set(key, numbers.map((n, k) => ({ n, url: file(files[k]) })));
  }

  /**
   * @param {number} i
   * @param {number} j
   * @param {number} page
   */
  find(i, j, page) {
    return {
      fetched: this.#fetched.get(`${i}|${j}|${page}`) ?? null,
      ahead: (page === 0 && this.#ahead.get(`${i}|${j}`)) || null,
    };
  }

  /** @param {string} key */
  #forget(key) {
    giveBack(this.#fetched.get(key) ?? []);
    this.#fetched.delete(key);
  }

  clear() {
    for (const images of [...this.#fetched.values(), ...this.#ahead.values()]) giveBack(images);
    this.#fetched.clear();
    this.#ahead.clear();
  }
}

/** @param {BlobPart} bytes */
const file = (bytes) => URL.createObjectURL(new Blob([bytes], { type: "image/png" }));

/** @param {CellImage[]} images */
const giveBack = (images) => images.forEach(({ url }) => URL.revokeObjectURL(url));
