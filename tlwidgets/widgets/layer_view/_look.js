// What the channels of a layer do for the images, and what is said of that. No DOM.

/** @import { At, Numbers, Order, Raster } from "./_types.d.ts" */

const BEST = 4; // images that are shown for a channel
// bits of a channel's state
const DEAD = 1;
const BROKEN = 2;

/** @param {number} v */
export const shortResponse = (v) => (Number.isFinite(v) ? String(+v.toPrecision(3)) : "no number");

/** @param {number} count */
const are = (count) => `${count} ${count === 1 ? "is" : "are"}`;

/** A layer as the network was run up to it. */
export class Look {
  /** @param {Numbers} numbers */
  constructor(numbers) {
    const [images, channels] = numbers.form;
    this.numbers = numbers;
    this.images = images;
    this.channels = channels;
  }

  /**
   * The strongest response of a channel to an image.
   *
   * @param {At} at
   */
  score({ image, channel }) {
    return this.numbers.scores[image * this.channels + channel];
  }

  /** @param {number} channel */
  isDead(channel) {
    return (this.numbers.state[channel] & DEAD) > 0;
  }

  /** @param {number} channel */
  isBroken(channel) {
    return (this.numbers.state[channel] & BROKEN) > 0;
  }

  /**
   * The sign on a channel that responds to nothing.
   *
   * @param {number} channel
   */
  mark(channel) {
    return this.isBroken(channel) ? "?" : this.isDead(channel) ? "×" : "";
  }

  /**
   * The channels by number, or those that respond most to an image first.
   *
   * @param {Order} by
   * @param {number} image
   */
  order(by, image) {
    const all = Array.from({ length: this.channels }, (_, channel) => channel);
    if (by === "channel") return all;
    const value = all.map((channel) => {
      const v = this.score({ image, channel });
      return Number.isFinite(v) ? v : -Infinity;
    });
    // equal ones, also those without a number, stay in the order of their numbers
    return all.sort((a, b) => value[b] - value[a] || a - b);
  }

  /**
   * The images to which a channel responds most; none for a dead one.
   *
   * @param {number} channel
   */
  best(channel) {
    if (this.isDead(channel)) return [];
    const value = (/** @type {number} */ image) => this.score({ image, channel });
    return Array.from({ length: this.images }, (_, image) => image)
      .filter((image) => Number.isFinite(value(image)))
      .sort((a, b) => value(b) - value(a) || a - b)
      .slice(0, BEST);
  }

  /**
   * The map of a channel for an image.
   *
   * @param {At} at
   * @returns {Raster}
   */
  map({ image, channel }) {
    const { form: [, channels, high, wide], maps } = this.numbers;
    const start = (image * channels + channel) * high * wide;
    return { high, wide, depth: 1, values: maps.subarray(start, start + high * wide) };
  }

  /**
   * What a channel looks for, where that is an image.
   *
   * @param {number} channel
   * @returns {Raster | null}
   */
  filter(channel) {
    const { filters, filter_form: [, high = 0, wide = 0, depth = 0] } = this.numbers;
    if (!filters.length) return null;
    const size = high * wide * depth;
    return { high, wide, depth, values: filters.subarray(channel * size, (channel + 1) * size) };
  }

  /**
   * A channel in words.
   *
   * @param {At} at
   */
  words({ image, channel }) {
    if (this.isBroken(channel)) return `channel ${channel}: not a number for some image`;
    if (this.isDead(channel)) return `channel ${channel}: 0 for all images`;
    return `channel ${channel}: strongest response ${shortResponse(this.score({ image, channel }))}`;
  }

  /**
   * The layer in words.
   *
   * @param {string} kind  such as Conv2D
   */
  sentence(kind) {
    const { places, size, state } = this.numbers;
    const dead = state.filter((bits) => bits & DEAD).length;
    const broken = state.filter((bits) => bits & BROKEN).length;
    const form = places ? `maps of ${size.join(" × ")}` : "one number each, not a map";
    const words = [`${kind}: ${this.channels} channels, ${form}.`];
    if (dead) words.push(`${are(dead)} 0 for all images (×).`);
    if (broken) words.push(`${are(broken)} not a number for some image (?).`);
    return words.join(" ");
  }
}

/**
 * What is said in place of a layer that is not here.
 *
 * @param {string} value
 * @param {string} problem
 * @param {boolean} hasKernel
 */
export function missingWords(value, problem, hasKernel) {
  if (problem) return problem;
  if (hasKernel) return `Running the network up to ${value} …`;
  return "This layer was not sent with the page: it needs the notebook and its kernel.";
}
