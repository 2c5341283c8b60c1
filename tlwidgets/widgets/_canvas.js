// What widgets that draw on a canvas share.

/**
 * The context of a canvas, on which one draws.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser draws on no canvas.");
  return context;
}

/**
 * Give a canvas a size in CSS pixels, sharp on this screen. Returns its context, to draw on in CSS pixels.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function fitCanvas(canvas, width, height) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * The values of colour variables where an element stands: a canvas cannot follow them by itself.
 *
 * @param {Element} element
 * @param {string[]} names
 * @returns {Record<string, string>}
 */
export function inks(element, names) {
  const style = getComputedStyle(element);
  return Object.fromEntries(
    names.map((name) => [name, style.getPropertyValue(`--tlw-${name}`).trim() || "#888"]),
  );
}

/**
 * Call `callback()` when the theme changes, and before and after printing. Returns a cleanup function.
 *
 * @param {() => void} callback
 */
export function followTheme(callback) {
  const observer = new MutationObserver(callback);
  const attributes = ["data-jp-theme-light", "data-jp-theme-name", "class", "theme", "data-theme"];
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter: attributes });
  }
  const paper = matchMedia("print");
  const contrast = matchMedia("(forced-colors: active)");
  for (const query of [paper, contrast]) query.addEventListener("change", callback);
  return () => {
    observer.disconnect();
    for (const query of [paper, contrast]) query.removeEventListener("change", callback);
  };
}
