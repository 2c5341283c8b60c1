"""ImageInput in a bare page, and a file that goes through JupyterLab into the kernel."""

from __future__ import annotations

import io

import numpy as np
import pytest
from live_page import drawn, mount_widget
from PIL import Image

from tlwidgets.widgets.image_input import LIMIT, ImageInput

BAD = "<img src=x onerror=window.hacked=1>.png"


def png(value=200, side=40):
    buffer = io.BytesIO()
    rng = np.random.default_rng(value)
    Image.fromarray(rng.integers(0, 1 + value, (side, side, 3)).astype("uint8")).save(buffer, "png")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def images():
    """Three images with predictions, the first explained."""
    import keras

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((24, 24, 3)), keras.layers.Flatten(), keras.layers.Dense(6, "softmax")])
    widget = ImageInput(model, ["cat", "dog", BAD, "bird", "fish", "ünïcorn"], preprocess=lambda x: x / 100)
    for i, name in enumerate(("first.png", BAD, "a very long name of an image.png")):
        widget.add(png(100 + 50 * i), name)
    widget.explain(0)
    widget.selected = 0
    widget.problems = [f"{BAD}: broken or cut off."]
    return widget


def pieces(page):
    return page.evaluate("model.pieces")


def record(page):
    """Note the size of buffers too."""
    page.evaluate("""() => { model.pieces = []; const send = model.send.bind(model);
        model.send = (content, callbacks, buffers) => {
          send(content);
          if (buffers) model.pieces.push([content.name, content.number, buffers[0].byteLength]);
        }; }""")


def test_files_go_out_in_pieces(mount):
    page = mount_widget(mount, ImageInput())
    record(page)
    data = bytes(2_500_000)
    page.locator("input[type=file]").set_input_files(
        [{"name": "big.bmp", "mimeType": "image/bmp", "buffer": data}, {"name": BAD, "mimeType": "", "buffer": png()}]
    )
    page.wait_for_function("model.sent.some((m) => m.kind === 'files')")
    found = pieces(page)
    assert [piece[:2] for piece in found] == [["big.bmp", 0], ["big.bmp", 1], ["big.bmp", 2], [BAD, 0]]
    assert sum(size for name, _, size in found if name == "big.bmp") == len(data)
    assert "kernel answers" in page.get_by_role("status").first.text_content()
    page.evaluate("model.set('_heard', 1)")
    assert page.get_by_role("status").first.text_content() == "No images yet."
    assert page.errors == []


def test_an_image_of_100_megabytes_stays_here(mount):
    page = mount_widget(mount, ImageInput())
    record(page)
    page.evaluate("""() => {
        const transfer = new DataTransfer();
        const huge = new File([new Uint8Array(10)], "huge.tif");
        Object.defineProperty(huge, "size", { value: 100 * 2 ** 20 });
        transfer.items.add(huge);
        const event = new Event("drop", { bubbles: true, cancelable: true });
        Object.defineProperty(event, "dataTransfer", { value: { files: [huge] } });
        document.querySelector(".tlw-drop").dispatchEvent(event); }""")
    page.get_by_text(f"huge.tif: 100 MB is more than the {LIMIT >> 20} MB that are taken").wait_for()
    assert page.evaluate("model.sent") == []


def test_dropped_files(mount):
    page = mount_widget(mount, ImageInput())
    record(page)
    page.evaluate("""() => {
        const transfer = new DataTransfer();
        for (const name of ["a.png", "b.png"]) transfer.items.add(new File([new Uint8Array(10)], name));
        const box = document.querySelector(".tlw-image");
        box.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        window.over = box.classList.contains("tlw-over");
        box.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })); }""")
    page.wait_for_function("model.sent.some((m) => m.kind === 'files')")
    assert [piece[0] for piece in pieces(page)] == ["a.png", "b.png"]
    assert page.evaluate("window.over")


def test_no_camera_has_a_sentence(mount):
    page = mount_widget(mount, ImageInput())
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true })")
    page.get_by_role("button", name="Camera").click()
    page.get_by_text("may not use a camera (it needs https or localhost)").wait_for()
    for name, words in (
        ("NotAllowedError", "allow it in the browser's settings"),
        ("NotFoundError", "no camera here"),
        ("OverconstrainedError", "does not work here"),
    ):
        page.evaluate(
            """(name) => { const getUserMedia = async () => { throw new DOMException("", name); };
            Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true }); }""",
            name,
        )
        page.get_by_role("button", name="Camera").click()
        page.get_by_text(words).wait_for()
    assert page.errors == []


def test_an_image_of_the_camera(mount):
    page = mount_widget(mount, ImageInput())
    record(page)
    page.evaluate("""() => { const canvas = document.createElement("canvas");
        canvas.width = 64; canvas.height = 48;
        const pen = canvas.getContext("2d");
        setInterval(() => { pen.fillStyle = "red"; pen.fillRect(0, 0, 64, 48); }, 20);
        window.stream = canvas.captureStream();
        const mediaDevices = { getUserMedia: async () => stream };
        Object.defineProperty(navigator, "mediaDevices", { value: mediaDevices, configurable: true }); }""")
    page.get_by_role("button", name="Camera").click()
    page.wait_for_function("document.querySelector('video').videoWidth > 0")
    assert page.evaluate("document.activeElement.textContent") == "Take photo"
    page.keyboard.press("Enter")
    page.wait_for_function("model.sent.some((m) => m.kind === 'files')")
    assert pieces(page)[0][0] == "camera-1.jpg"
    page.get_by_role("button", name="Close camera").click()
    assert page.evaluate("stream.getTracks().every((t) => t.readyState === 'ended')")
    assert page.evaluate("document.activeElement.textContent") == "Camera"


def test_choosing_by_keyboard(mount, images):
    page = mount_widget(mount, images)
    drawn(page)
    listbox = page.get_by_role("listbox", name="Images")
    listbox.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.saved.at(-1)") == {"selected": 1}
    chosen = page.get_by_role("option", selected=True)
    assert chosen.locator(".tlw-name").text_content() == BAD
    assert listbox.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("End")
    assert page.evaluate("model.state.selected") == 2
    page.keyboard.press("ArrowRight")
    assert page.evaluate("model.state.selected") == 2
    page.keyboard.press("Delete")
    assert page.evaluate("model.sent.at(-1)") == {"kind": "remove"}
    page.get_by_role("option").first.click()
    assert page.locator(".tlw-about tbody tr").count() == 5
    assert page.locator(".tlw-image-map").is_visible()
    assert "Zeiler and Fergus" in page.locator(".tlw-why").text_content()
    assert page.locator("img[onerror]").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.errors == []


def test_without_a_kernel(mount, images):
    page = mount_widget(mount, images)
    page.evaluate("model.state._no_kernel = true; document.querySelector('.view').remove(); addView()")
    drawn(page)
    assert not page.get_by_role("button", name="Choose images").is_visible()
    page.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("option", selected=True).locator(".tlw-name").text_content() == BAD
    assert not page.get_by_role("button", name="What mattered?").is_visible()


@pytest.mark.parametrize(("width", "dark"), [(360, False), (360, True), (900, False), (900, True)])
def test_fits_and_looks_right(mount, shots, images, width, dark):
    page = mount_widget(mount, images, width=width, dark=dark)
    drawn(page)
    page.wait_for_function("[...document.images].every((i) => i.complete && i.naturalWidth)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=shots / f"page_image_{width}_{'dark' if dark else 'light'}.png", full_page=True)
    page.evaluate("cleanup()")
    assert page.evaluate("model.count('change:_items')") == 0


def test_a_file_reaches_the_kernel_through_jupyterlab(open_notebook, tmp_path, shots):
    cells = [
        "from tlwidgets.widgets.image_input import ImageInput\nimages = ImageInput(size=64)\nimages",
        "print(images.value.shape, images.names, len(images.problems))",
    ]
    notebook = open_notebook(cells)
    notebook.run(0)
    large = np.random.default_rng(0).integers(0, 256, (2100, 2100, 3)).astype("uint8")
    Image.fromarray(large).save(tmp_path / "large.png", compress_level=0)  # 13 MB: more than a message may have
    (tmp_path / "small.png").write_bytes(png())
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    notebook.page.locator("input[type=file]").set_input_files(sorted(map(str, tmp_path.glob("*.*g"))))
    expected = "(2, 64, 64, 3) ('large.png', 'small.png') 1"
    notebook.page.locator(".tlw-image[data-count='2']").first.wait_for()
    assert notebook.ask(1, expected) == expected
    assert notebook.page.get_by_text("broken.jpg: no image that Pillow can read.").first.is_visible()
    notebook.page.screenshot(path=shots / "lab_image.png")
    assert notebook.page_errors == []
