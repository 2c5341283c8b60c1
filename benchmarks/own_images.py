"""Loading a folder of large photographs: ``load_folder`` against Keras' ``image_dataset_from_directory``.

python benchmarks/own_images.py [--images N] [--megapixels M] [--json]

Both read the same generated JPEG files and end with all images in memory at 96 pixels. CPU seconds and peak memory
are those of a process each, less those of a process that only imports. Linux only: the peak is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

OURS = "from tlwidgets.data.own_images import load_folder"
KERAS = "import tlwidgets, keras, numpy, tensorflow"
RUNS = {
    "load_folder": (OURS, "load_folder(sys.argv[1], size=96)"),
    "Keras": (
        KERAS,
        "d = keras.utils.image_dataset_from_directory(sys.argv[1], image_size=(96, 96), crop_to_aspect_ratio=True,"
        " verbose=False); x = numpy.concatenate([x for x, _ in d])",
    ),
}
END = """
import re, resource
from pathlib import Path
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def photographs(folder: Path, images: int, megapixels: float) -> None:
    """Write JPEG files in two classes: patches of colour with grain, 3:2."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    for i in range(images):
        rng = np.random.default_rng(i)
        patches = Image.fromarray(rng.integers(0, 256, (8, 12, 3), dtype=np.uint8))
        pixels = np.asarray(patches.resize((round(1.5 * height), height), Image.Resampling.BICUBIC), np.int16)
        grain = rng.integers(-8, 9, (height, 1, 1), dtype=np.int16) + rng.integers(-8, 9, pixels.shape, dtype=np.int16)
        path = folder / "ab"[i % 2] / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(path, quality=90)


def measured(code: str, folder: Path) -> tuple[float, float]:
    """Return CPU seconds and peak memory (MB) of a new process."""
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{END}", str(folder)], capture_output=True, text=True, check=True
    )
    seconds, kilobytes = re.findall(r"[\d.]+", run.stdout.splitlines()[-1])
    return float(seconds), float(kilobytes) / 1024


def main() -> None:
    """Print CPU milliseconds an image and megabytes above the import."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=40)
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument("--json", action="store_true", help="end with one JSON line")
    args = parser.parse_args()
    result = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photographs(folder, args.images, args.megapixels)
        print(f"{args.images} images of {args.megapixels:g} million pixels\n")
        print("| | CPU ms an image | MB above the import |\n|---|---|---|")
        for what, (imports, call) in RUNS.items():
            before, after = measured(imports, folder), measured(f"{imports}\n{call}", folder)
            cpu, memory = 1000 * (after[0] - before[0]) / args.images, after[1] - before[1]
            print(f"| {what} | {cpu:.0f} | {memory:.0f} |", flush=True)
            result[what] = {"cpu_ms_an_image": round(cpu, 1), "mb": round(memory, 1)}
    if args.json:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
