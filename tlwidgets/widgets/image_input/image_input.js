// @ts-nocheck: not yet
// deno-lint-ignore-file house/function-length
// ImageInput: own images from files, a folder or the camera; what a network says about them.
import { alone, focusKeeper, html, ownKeys } from "../_shared.js";

const PIECE = 1 << 20; // bytes of a message: a server closes the connection when one is too long
let views = 0;

const CAMERA_WORDS = {
  NotAllowedError:
    "The camera may not be used: allow it in the browser's settings for this page, or choose a file.",
  NotFoundError: "There is no camera here: choose a file instead.",
  NotReadableError: "The camera is in use by another program: close that, or choose a file.",
};

export default () => {
  const attend = focusKeeper();

  function render({ model, el }) {
    const id = `tlw-image-${(views += 1)}-${Math.random().toString(36).slice(2, 8)}`;
    const button = (key, text) => html("button", { type: "button", "data-key": key }, text);
    const input = html("input", {
      type: "file",
      multiple: "",
      accept: "image/*",
      class: "tlw-hidden-text",
      tabindex: -1,
      "aria-label": "Choose images",
    });
    const choose = button("choose", "Choose images…");
    const camera = button("camera", "Camera");
    const clear = button("clear", "Clear");
    const drop = html(
      "div",
      { class: "tlw-drop" },
      choose,
      input,
      html("span", {}, "or drop them here"),
      camera,
      clear,
    );
    const path = html("input", {
      type: "text",
      "data-key": "path",
      "aria-label": "Path of a folder or ZIP archive",
      placeholder: "folder with a subfolder for each class",
    });
    const load = button("load", "Load folder");
    const folder = html(
      "details",
      {},
      html("summary", { "data-key": "folder" }, "From a folder where the kernel runs"),
      html("div", { class: "tlw-folder" }, path, load),
    );
    const video = html("video", { autoplay: "", playsinline: "", "aria-label": "Image of the camera" });
    video.muted = true;
    const shoot = button("shoot", "Take photo");
    const closing = button("close", "Close camera");
    const booth = html(
      "div",
      { class: "tlw-booth" },
      video,
      html("div", { class: "tlw-folder" }, shoot, closing),
    );
    booth.hidden = true;
    const status = html("div", { class: "tlw-tip", role: "status" });
    const problems = html("ul", { class: "tlw-problems" });
    const list = html("div", {
      class: "tlw-images",
      role: "listbox",
      tabindex: 0,
      "aria-label": "Images",
      "data-key": "list",
    });
    const detail = html("div", { class: "tlw-chosen" });
    const box = html("div", { class: "tlw tlw-image", role: "group", "aria-label": "Own images" });
    box.append(drop, folder, booth, status, html("div", { role: "alert" }, problems), list, detail);
    el.append(box);
    attend(box, model);

    // ---- images go to the kernel in pieces

    let waiting = 0; // batches that the kernel has not answered
    let own = []; // what went wrong before anything was sent
    async function give(files) {
      const limit = model.get("_limit");
      own = [];
      let sent = 0;
      for (const file of files) {
        if (file.size > limit) {
          own.push(
            `${file.name}: ${Math.round(file.size / 2 ** 20)} MB is more than the ${
              limit >> 20
            } MB that are taken; save it smaller.`,
          );
          continue;
        }
        let data;
        try {
          data = await file.arrayBuffer();
        } catch {
          own.push(`${file.name}: the browser could not read it.`);
          continue;
        }
        for (let number = 0; number === 0 || number * PIECE < data.byteLength; number += 1) {
          const piece = data.slice(number * PIECE, (number + 1) * PIECE);
          model.send({ kind: "part", name: file.name, number }, undefined, [piece]);
        }
        sent += 1;
      }
      if (sent) ask({ kind: "files" });
      draw();
    }
    function ask(message) {
      waiting += 1;
      model.send(message);
      draw();
    }
    choose.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      give([...input.files]);
      input.value = ""; // the same file again is a change too
    });
    const over = (on) => (event) => {
      if (alone(model)) return;
      event.preventDefault();
      event.stopPropagation();
      box.classList.toggle("tlw-over", on);
    };
    box.addEventListener("dragover", over(true));
    box.addEventListener("dragleave", over(false));
    box.addEventListener("drop", (event) => {
      over(false)(event);
      choose.focus({ preventScroll: true }); // so that Python hears when the focus leaves
      if (!alone(model)) give([...(event.dataTransfer?.files ?? [])]);
    });
    const loadFolder = () => {
      own = [];
      if (path.value.trim()) ask({ kind: "folder", path: path.value });
    };
    load.addEventListener("click", loadFolder);
    path.addEventListener("keydown", (event) => {
      event.stopPropagation(); // not JupyterLab's commands
      if (event.key === "Enter") loadFolder();
    });
    folder.firstChild.addEventListener("keydown", (event) => event.stopPropagation());
    clear.addEventListener("click", () => {
      own = [];
      model.send({ kind: "clear" });
      draw();
    });

    // ---- camera

    let stream = null;
    let shots = 0;
    function closeCamera(focus = false) {
      stream?.getTracks().forEach((track) => track.stop());
      stream = null;
      video.srcObject = null;
      booth.hidden = true;
      if (focus) camera.focus();
    }
    camera.addEventListener("click", async () => {
      own = [];
      if (stream) return closeCamera();
      if (!navigator.mediaDevices?.getUserMedia) {
        own = ["This page may not use a camera (it needs https or localhost): choose a file instead."];
        return draw();
      }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: true });
        if (!box.isConnected) return closeCamera(); // the view is gone: nobody could switch it off
        video.srcObject = stream;
        booth.hidden = false;
        shoot.focus();
      } catch (error) {
        own = [CAMERA_WORDS[error.name] ?? "The camera does not work here: choose a file instead."];
      }
      draw();
    });
    shoot.addEventListener("click", () => {
      const canvas = html("canvas", { width: video.videoWidth, height: video.videoHeight });
      if (!video.videoWidth) return; // no image has come yet
      canvas.getContext("2d").drawImage(video, 0, 0);
      canvas.toBlob((blob) => give([new File([blob], `camera-${(shots += 1)}.jpg`)]), "image/jpeg", 0.95);
    });
    closing.addEventListener("click", () => closeCamera(true));

    // ---- what is there

    let urls = [];
    let mapUrl = "";
    const url = (data) => {
      const made = URL.createObjectURL(new Blob([data], { type: "image/jpeg" }));
      urls.push(made);
      return made;
    };
    let sources = [];
    function drawList() {
      urls.forEach((one) => URL.revokeObjectURL(one));
      urls = [];
      sources = model.get("_images").map(url);
      const items = model.get("_items");
      list.replaceChildren(
        ...items.map((item, i) => {
          const option = html("div", { role: "option", id: `${id}-${i}`, class: "tlw-image" });
          const top = item.top[0];
          const said = top ? `${top[0]} ${top[1].toFixed(2)}` : item.label;
          option.append(
            html("img", { src: sources[i] ?? "", alt: "" }),
            html("span", { class: "tlw-name" }, item.name),
          );
          if (said) option.append(html("span", { class: "tlw-said" }, said));
          option.title = item.name;
          option.addEventListener("click", () => select(i));
          return option;
        }),
      );
      list.hidden = !items.length;
    }
    function select(i) {
      const last = model.get("_items").length - 1;
      model.set("selected", Math.max(0, Math.min(last, i)));
      model.save_changes();
      list.children[model.get("selected")]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const remove = () => {
      if (!alone(model) && model.get("selected") >= 0) ask({ kind: "remove" });
    };
    ownKeys(list, {
      ArrowRight: () => select(model.get("selected") + 1),
      ArrowDown: () => select(model.get("selected") + 1),
      ArrowLeft: () => select(model.get("selected") - 1),
      ArrowUp: () => select(model.get("selected") - 1),
      Home: () => select(0),
      End: () => select(Infinity),
      Delete: remove,
    });

    // made once, so that a press does not take the focus away
    const explain = button("explain", "What mattered?");
    const removing = button("remove", "Take it out");
    explain.addEventListener("click", () => {
      if (explain.getAttribute("aria-disabled") !== "true") ask({ kind: "explain" });
    });
    removing.addEventListener("click", remove);
    const figure = html("div", { class: "tlw-figure" });
    const words = html("div", { class: "tlw-words" });
    const said = html("div", { class: "tlw-why", role: "status" });
    detail.append(
      figure,
      html(
        "div",
        { class: "tlw-about" },
        words,
        html("div", { class: "tlw-folder" }, explain, removing),
        said,
      ),
    );

    function drawChosen() {
      const items = model.get("_items");
      const chosen = model.get("selected");
      const item = items[chosen];
      [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
      if (item) list.setAttribute("aria-activedescendant", `${id}-${chosen}`);
      else list.removeAttribute("aria-activedescendant");
      detail.hidden = !item;
      if (!item) return;
      const map = model.get("_maps")[item.name];
      URL.revokeObjectURL(mapUrl);
      mapUrl = map ? URL.createObjectURL(new Blob([map.image], { type: "image/jpeg" })) : "";
      figure.replaceChildren(html("img", { src: sources[chosen] ?? "", alt: `Image ${item.name}` }));
      if (map) {
        const frame = html("div", { class: "tlw-image-map" }, html("img", { src: mapUrl, alt: map.words }));
        const [left, top, width, height] = map.box.map((share) => `${100 * share}%`);
        const square = html("i", { "aria-hidden": "true" });
        Object.assign(square.style, { left, top, width, height });
        frame.append(square);
        figure.append(frame);
      }
      const lines = [html("strong", {}, item.name)];
      if (item.label) lines.push(html("div", {}, `class ${item.label}`));
      if (item.notes.length) lines.push(html("div", { class: "tlw-tip" }, item.notes.join("; ")));
      if (item.top.length) {
        const rows = item.top.map(([name, p]) => {
          const bar = html("i");
          bar.style.width = `${100 * Math.max(0, Math.min(1, p))}%`;
          return html(
            "tr",
            {},
            html("td", {}, name),
            html("td", {}, html("span", { class: "tlw-meter", "aria-hidden": "true" }, bar)),
            html("td", {}, p.toFixed(3)),
          );
        });
        const head = html(
          "tr",
          {},
          html("th", { scope: "col" }, "Class"),
          html("td", {}),
          html("th", { scope: "col" }, "Probability"),
        );
        lines.push(html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows)));
      }
      words.replaceChildren(...lines);
      explain.hidden = !model.get("_has_model") || alone(model);
      removing.hidden = alone(model);
      const why = map ? map.words : "";
      if (said.textContent !== why) said.textContent = why;
    }

    function draw() {
      const count = model.get("_items").length;
      const off = alone(model);
      for (const part of [drop, folder]) part.hidden = off;
      clear.hidden = !count;
      const busy = waiting > 0;
      explain.setAttribute("aria-disabled", String(busy));
      let say = count
        ? `${count} ${count === 1 ? "image" : "images"}, ${model.get("size")} × ${model.get("size")} pixels`
        : "No images yet.";
      if (busy) say = model.get("busy") ? "reading…" : "sent; the kernel answers when it is free…";
      if (status.textContent !== say) status.textContent = say;
      const all = [...own, ...model.get("problems")];
      if ([...problems.children].map((li) => li.textContent).join("\n") !== all.join("\n")) {
        problems.replaceChildren(...all.map((sentence) => html("li", {}, sentence)));
      }
      box.dataset.count = count;
    }

    const onImages = () => {
      drawList();
      drawChosen();
      draw();
    };
    const onHeard = () => {
      waiting = Math.max(0, waiting - 1);
      draw();
    };
    const listeners = [
      ["change:_items", onImages],
      ["change:_images", onImages],
      ["change:selected", drawChosen],
      ["change:_maps", drawChosen],
      ["change:_heard", onHeard],
      ["change:problems", draw],
      ["change:busy", draw],
    ];
    for (const [name, action] of listeners) model.on(name, action);
    onImages();
    return () => {
      closeCamera();
      [...urls, mapUrl].forEach((one) => URL.revokeObjectURL(one));
      for (const [name, action] of listeners) model.off(name, action);
    };
  }

  return { render };
};
