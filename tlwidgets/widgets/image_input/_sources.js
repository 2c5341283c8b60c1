// Where images come from: files, what is dropped, a folder of the kernel.
import { browserKeys, html } from "../_shared.js";

/** @import { Sending } from "./_sending.js" */

/**
 * A button.
 *
 * @param {string} key
 * @param {string} text
 */
export const button = (key, text) => html("button", { type: "button", "data-key": key }, text);

/**
 * The field into which files are dropped, with its buttons.
 *
 * @param {Sending} sending
 */
export function dropField(sending) {
  const values = { type: "file", multiple: "", accept: "image/*", class: "tlw-hidden-text", tabindex: -1 };
  const input = html("input", { ...values, "aria-label": "Choose images" });
  const choose = button("choose", "Choose images…");
  const camera = button("camera", "Camera");
  const clear = button("clear", "Clear");
  const words = html("span", {}, "or drop them here");
  const element = html("div", { class: "tlw-drop" }, choose, input, words, camera, clear);
  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    sending.give([...(input.files ?? [])]);
    input.value = ""; // the same file again is a change too
  });
  clear.addEventListener("click", () => sending.clear());
  return { element, choose, camera, clear };
}

/**
 * Take what is dropped anywhere on the widget, while `ready()`.
 *
 * @param {HTMLElement} box
 * @param {() => boolean} ready
 * @param {(files: File[]) => void} take
 */
export function followDrops(box, ready, take) {
  const over = (/** @type {boolean} */ on) => (/** @type {DragEvent} */ event) => {
    if (!ready()) return;
    event.preventDefault();
    event.stopPropagation();
    box.classList.toggle("tlw-over", on);
  };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * The path of a folder where the kernel runs.
 *
 * @param {Sending} sending
 */
export function folderField(sending) {
  const label = "Path of a folder or ZIP archive";
  const placeholder = "folder with a subfolder for each class";
  const path = browserKeys(
    html("input", { type: "text", "data-key": "path", "aria-label": label, placeholder }),
  );
  const load = button("load", "Load folder");
  const summary = browserKeys(
    html("summary", { "data-key": "folder" }, "From a folder where the kernel runs"),
  );
  function ask() {
    sending.problems = [];
    if (path.value.trim()) sending.ask({ kind: "folder", path: path.value });
  }
  load.addEventListener("click", ask);
  path.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") ask();
  });
  return html("details", {}, summary, html("div", { class: "tlw-folder" }, path, load));
}
