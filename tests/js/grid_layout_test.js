import assert from "node:assert/strict";
import {
  cellAt,
  cellPaths,
  clampCell,
  cursorBox,
  gridHeight,
  gridTexts,
  levelName,
  placeGrid,
} from "../../tlwidgets/widgets/_grid_layout.js";

/** @import { GridCell } from "../../tlwidgets/widgets/_grid_layout.js" */

const short = ["a", "b", "c"];
const long = ["a rather long name", "another long name of a class", "日本語の名前はここにある"];
const many = Array.from({ length: 1000 }, (_, i) => `class ${i}`);

/**
 * @param {string[]} rows
 * @param {string[]} [columns]
 */
const named = (rows, columns = rows) => ({
  rows,
  columns,
  rowTitle: "true",
  columnTitle: "predicted",
  label: "",
});

/**
 * @param {number} i
 * @param {number} j
 * @param {Partial<GridCell>} [more]
 */
const cell = (i, j, more) => ({ i, j, level: 1, text: () => "7", ...more });

Deno.test("a matrix is never wider than its room, whatever the names and however many", () => {
  for (const names of [["only"], short, long, many]) {
    for (const width of [200, 360, 900, 2000]) {
      const { left, w, h } = placeGrid(named(names), width);
      assert.ok(left + w * names.length <= width, `${names.length} at ${width}`);
      assert.ok(w > 0 && h > 0);
    }
  }
});

Deno.test("names of columns are slanted where they do not fit, and left out where nothing does", () => {
  assert.equal(placeGrid(named(short), 900).flat, true);
  const slanted = placeGrid(named(long), 360);
  assert.equal(slanted.flat, false);
  assert.equal(slanted.tiny, false);
  assert.equal(placeGrid(named(many), 900).tiny, true);
});

Deno.test("names become text where there is room; titles are always there", () => {
  const words = (/** @type {string[]} */ names, /** @type {number} */ width) =>
    gridTexts(named(names), placeGrid(named(names), width)).map((text) => text.words);
  assert.deepEqual(words(short, 900), ["predicted", "true", ...short, ...short]);
  assert.deepEqual(words(many, 900), ["predicted", "true"]);
  const cut = words(long, 300).slice(2);
  assert.equal(cut.length, 6);
  assert.ok(cut.some((word) => word.endsWith("…")));
  const untitled = { rows: short, columns: short, label: "" };
  assert.deepEqual(gridTexts(untitled, placeGrid(untitled, 900)).length, 6);
});

Deno.test("the place of every cell is found again, and outside there is none", () => {
  for (const rows of [["only"], short, many]) {
    const names = named(rows, short);
    const place = placeGrid(names, 700);
    for (const i of [0, Math.floor(rows.length / 2), rows.length - 1]) {
      for (let j = 0; j < 3; j += 1) {
        const [x, y] = [place.left + place.w * (j + 0.5), place.top + place.h * (i + 0.5)];
        assert.deepEqual(cellAt(place, names, x, y), { i, j });
      }
    }
    const below = gridHeight(place, rows.length) + 1;
    assert.equal(cellAt(place, names, place.left - 1, place.top + 1), null);
    assert.equal(cellAt(place, names, place.left + 1, place.top - 1), null);
    assert.equal(cellAt(place, names, place.left + 1, below), null);
    assert.equal(cellAt(place, names, place.left + 3 * place.w + 1, place.top + 1), null);
  }
});

Deno.test("a move beyond the edge ends at the edge", () => {
  assert.deepEqual(clampCell({ i: -10, j: 1 }, named(short)), { i: 0, j: 1 });
  assert.deepEqual(clampCell({ i: 12, j: 99 }, named(short)), { i: 2, j: 2 });
});

Deno.test("the cursor lies around the middle of its cell and can be seen on the smallest one", () => {
  const place = placeGrid(named(many), 360);
  assert.ok(place.w < 1);
  const box = cursorBox(place, { i: 500, j: 20 });
  assert.ok(box.width >= 7 && box.height >= 7);
  assert.ok(Math.abs(box.x + box.width / 2 - (place.left + place.w * 20.5)) < 1e-9);
});

Deno.test("cells of one level are one path, however many there are", () => {
  const cells = many.flatMap((_, i) => [cell(i, 0), cell(i, 1, { level: -3 })]);
  const { fills, marks, missing, numbers } = cellPaths(cells, placeGrid(named(many), 900));
  assert.deepEqual([...fills.keys()], [1, -3]);
  assert.equal(fills.get(1)?.match(/M/g)?.length, 1000);
  assert.equal(marks.size, 0);
  assert.equal(missing, "");
  assert.deepEqual(numbers, [], "no room for numbers");
});

Deno.test("a cell that was not measured has neither colour nor number", () => {
  const text = () => assert.fail("must not be asked");
  const { fills, marks, missing, numbers } = cellPaths(
    [cell(1, 1, { missing: true, mark: 1, text })],
    placeGrid(named(short), 900),
  );
  assert.equal(fills.size + marks.size + numbers.length, 0);
  assert.match(missing, /^M[\d.]+ [\d.]+h/);
});

Deno.test("numbers stand inside their cells; those without words are left out", () => {
  const place = placeGrid(named(short), 900);
  const { numbers } = cellPaths([cell(0, 0, { strong: true }), cell(2, 1, { text: () => "" })], place);
  assert.equal(numbers.length, 1);
  const [{ x, y, strong }] = numbers;
  assert.equal(strong, true);
  assert.ok(x > place.left && x < place.left + place.w);
  assert.ok(y > place.top && y < place.top + place.h);
});

Deno.test("marks point up and down", () => {
  const { marks } = cellPaths(
    [cell(0, 0, { level: 2, mark: 1 }), cell(0, 1, { level: -2, mark: -1 })],
    placeGrid(named(short), 900),
  );
  assert.match(marks.get(2) ?? "", /l-[\d.]+ -[\d.]+z$/);
  assert.match(marks.get(-2) ?? "", /l-[\d.]+ [\d.]+z$/);
});

Deno.test("nothing to show makes no path", () => {
  const { fills, marks, missing, numbers } = cellPaths([], placeGrid(named(short), 900));
  assert.deepEqual([fills.size, marks.size, missing, numbers.length], [0, 0, "", 0]);
});

Deno.test("levels have the names of the palette's colours", () => {
  assert.deepEqual([-6, 0, 3].map(levelName), ["down-6", "level-0", "up-3"]);
});
