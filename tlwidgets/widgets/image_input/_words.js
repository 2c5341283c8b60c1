// What is said about images, files and the camera. No DOM.

/** @import { Item } from "./_types.d.ts" */

/** @type {Record<string, string>} */
const CAMERA_WORDS = {
  NotAllowedError:
    "The camera may not be used: allow it in the browser's settings for this page, or choose a file.",
  NotFoundError: "There is no camera here: choose a file instead.",
  NotReadableError: "The camera is in use by another program: close that, or choose a file.",
};

export const NO_CAMERA =
  "This page may not use a camera (it needs https or localhost): choose a file instead.";

/**
 * Why the camera does not come.
 *
 * @param {unknown} error
 */
export function cameraWords(error) {
  const name = error instanceof Error ? error.name : "";
  return CAMERA_WORDS[name] ?? "The camera does not work here: choose a file instead.";
}

/**
 * @param {string} name
 * @param {number} bytes
 * @param {number} limit in bytes
 */
export function tooLarge(name, bytes, limit) {
  const megabytes = Math.round(bytes / 2 ** 20);
  return `${name}: ${megabytes} MB is more than the ${limit >> 20} MB that are taken; save it smaller.`;
}

/** @param {string} name */
export const unreadable = (name) => `${name}: the browser could not read it.`;

/**
 * What the status line says.
 *
 * @param {{ count: number, size: number, waiting: boolean, reading: boolean }} now
 */
export function statusWords({ count, size, waiting, reading }) {
  if (waiting) return reading ? "reading…" : "sent; the kernel answers when it is free…";
  if (!count) return "No images yet.";
  return `${count} ${count === 1 ? "image" : "images"}, ${size} × ${size} pixels`;
}

/**
 * What stands under a small image: what a model says of it, else its class, if any.
 *
 * @param {Item} item
 */
export function underImage({ top: [best], label }) {
  return best ? `${best[0]} ${best[1].toFixed(2)}` : label;
}

/**
 * A probability as the width of a bar.
 *
 * @param {number} p
 */
export const barWidth = (p) => `${100 * Math.max(0, Math.min(1, p))}%`;
