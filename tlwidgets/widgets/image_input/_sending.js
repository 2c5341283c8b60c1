// Images on their way to the kernel. No DOM.
import { tooLarge, unreadable } from "./_words.js";

/** @import { Model } from "../_types.d.ts" */
/** @import { Traits } from "./_types.d.ts" */

const PIECE = 1 << 20; // bytes of a message: a server closes the connection when one is too long

/**
 * Data in pieces that a message can have; no data are one empty piece.
 *
 * @param {ArrayBuffer} data
 */
export function inPieces(data) {
  const count = Math.max(1, Math.ceil(data.byteLength / PIECE));
  return Array.from({ length: count }, (_, number) => data.slice(number * PIECE, (number + 1) * PIECE));
}

/** Sends files and wishes; knows what the kernel has not answered yet, and what went wrong before anything was sent. */
export class Sending {
  /** @type {string[]} */
  problems = [];
  #waiting = 0;
  #model;
  #onChange;

  /**
   * @param {Model<Traits>} model
   * @param {() => void} onChange
   */
  constructor(model, onChange) {
    this.#model = model;
    this.#onChange = onChange;
  }

  /** Whether the kernel has not answered everything. */
  get waiting() {
    return this.#waiting > 0;
  }

  /**
   * Ask the kernel for something that it will answer.
   *
   * @param {{ kind: string } & Record<string, unknown>} message
   */
  ask(message) {
    this.#waiting += 1;
    this.#model.send(message);
    this.#onChange();
  }

  /** The kernel has answered once. */
  heard() {
    this.#waiting = Math.max(0, this.#waiting - 1);
    this.#onChange();
  }

  /** Ask the kernel to forget all images. */
  clear() {
    this.problems = [];
    this.#model.send({ kind: "clear" });
    this.#onChange();
  }

  /** @param {Iterable<File>} files */
  async give(files) {
    this.problems = [];
    let sent = false;
    for (const file of files) {
      const data = await this.#read(file);
      if (!data) continue;
      inPieces(data).forEach((piece, number) => {
        this.#model.send({ kind: "part", name: file.name, number }, undefined, [piece]);
      });
      sent = true;
    }
    if (sent) this.ask({ kind: "files" });
    this.#onChange();
  }

  /** @param {File} file */
  async #read(file) {
    const limit = this.#model.get("_limit");
    if (file.size > limit) {
      this.problems.push(tooLarge(file.name, file.size, limit));
      return null;
    }
    try {
      return await file.arrayBuffer();
    } catch {
      this.problems.push(unreadable(file.name));
      return null;
    }
  }
}
