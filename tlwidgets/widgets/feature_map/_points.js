// The images as points: their groups, their places, what is near, and what is said of them. No DOM.

/** @import { By, Limits, Table, Traits } from "./_types.d.ts" */

const NEIGHBOURS = 4;

/**
 * The range of the coordinates that are numbers; null where there are none.
 *
 * @param {Float32Array} coordinates x and y by turns
 * @returns {Limits | null}
 */
export function limitsOf(coordinates) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let p = 0; p < coordinates.length; p += 2) {
    const [x, y] = [coordinates[p], coordinates[p + 1]];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  return x0 <= x1 ? [x0, x1, y0, y1] : null;
}

/** The images of a map. Blocks and images go by their numbers; -1 is no image. */
export class Points {
  /** @param {Table} table */
  constructor(table) {
    this.table = table;
    this.n = table.classOf.length;
    this.limits = limitsOf(table.coordinates);
  }

  /** @param {By} by */
  groups(by) {
    return by === "class" ? this.table.classes : this.table.domains;
  }

  /**
   * The number of each image's group.
   *
   * @param {By} by
   */
  groupOf(by) {
    return by === "class" ? this.table.classOf : this.table.domainOf;
  }

  /**
   * How many images each group has.
   *
   * @param {By} by
   */
  counts(by) {
    const count = new Int32Array(this.groups(by).length);
    for (const k of this.groupOf(by)) count[k] += 1;
    return count;
  }

  /**
   * The coordinates in a block, x and y by turns.
   *
   * @param {number} block
   */
  places(block) {
    return this.table.coordinates.subarray(2 * block * this.n, 2 * (block + 1) * this.n);
  }

  /**
   * Whether an image has a place in a block.
   *
   * @param {number} block
   * @param {number} i
   */
  seen(block, i) {
    return i >= 0 && Number.isFinite(this.places(block)[2 * i]);
  }

  /**
   * The images that are nearest to one in feature space.
   *
   * @param {number} block
   * @param {number} i
   */
  near(block, i) {
    const start = (block * this.n + i) * NEIGHBOURS;
    return Array.from(this.table.neighbours.slice(start, start + NEIGHBOURS)).filter((k) => k >= 0);
  }

  /** @param {number} block */
  first(block) {
    for (let i = 0; i < this.n; i += 1) if (this.seen(block, i)) return i;
    return -1;
  }

  /** @param {number} block */
  last(block) {
    for (let i = this.n - 1; i >= 0; i -= 1) if (this.seen(block, i)) return i;
    return -1;
  }

  /**
   * The next image of the same class, around the end; of the class of image 0 where none is described.
   *
   * @param {number} block
   * @param {number} i
   * @param {1 | -1} step
   */
  nextOfClass(block, i, step) {
    const { n, table: { classOf } } = this;
    const mine = classOf[Math.max(0, i)];
    for (let k = 1; k <= n; k += 1) {
      const next = (((i + step * k) % n) + n) % n;
      if (classOf[next] === mine && this.seen(block, next)) return next;
    }
    return -1;
  }

  /** @param {number} i */
  className(i) {
    return this.table.classes[this.table.classOf[i]]?.name ?? "";
  }

  /**
   * The domain of an image, to stand behind its class.
   *
   * @param {number} i
   */
  #domainName(i) {
    const { domains, domainOf } = this.table;
    return domainOf.length ? `, ${domains[domainOf[i]].name}` : "";
  }

  /**
   * An image and its neighbours in words.
   *
   * @param {number} block
   * @param {string} name of the block
   * @param {number} i
   */
  words(block, name, i) {
    const others = this.near(block, i).map((k) => this.className(k));
    const nearest = others.length ? `; nearest in ${name}: ${others.join(", ")}` : "";
    return `image ${i}: ${this.className(i)}${this.#domainName(i)}${nearest}`;
  }

  /**
   * What the card of an image says.
   *
   * @param {number} block
   * @param {number} i
   */
  card(block, i) {
    const { classOf } = this.table;
    const near = this.near(block, i).map((k) => {
      const same = classOf[k] === classOf[i];
      return { i: k, same, words: `${same ? "" : "✗ "}${this.className(k)}` };
    });
    return { title: this.className(i), more: `${this.#domainName(i)} · image ${i}`, near };
  }
}

/**
 * The sentences on all blocks as a table.
 *
 * @param {string[]} names
 * @param {Traits["_words"]} words
 * @param {boolean} hasDomains
 */
export function wordsTable(names, words, hasDomains) {
  /** @type {By[]} */
  const by = hasDomains ? ["class", "domain"] : ["class"];
  return {
    head: ["block", ...by.map((group) => `by ${group}`)],
    rows: names.map((name, k) => [name, ...by.map((group) => words[k][group])]),
  };
}
