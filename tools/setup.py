"""Make .venv and install the course into it. Needs nothing but Python; run again, it does only what has changed.

python tools/setup.py [dev] [gpu]
"""

# No annotations or f-strings: an old Python must get as far as the sentence that it is too old.
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(TOP, ".venv")
STAMP = os.path.join(VENV, "installed")
# each contains the one before
LOCKS = {"course": "requirements/course.txt", "dev": "requirements/dev.txt", "gpu": "requirements/gpu.txt"}


def fail(sentence):
    """Print one sentence and end."""
    sys.stderr.write("setup: " + sentence + "\n")
    sys.exit(1)


def unsupported():
    """Name this system if no TensorFlow is built for it."""
    if sysconfig.get_platform() == "win-arm64":
        return "Windows on ARM"
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        return "macOS on Intel"
    return None


def path(*parts):
    """Join a path below the repository."""
    return os.path.join(TOP, *parts)


def venv_python():
    """Return the interpreter inside .venv."""
    return os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else os.path.join(VENV, "bin", "python")


def usable(python):
    """Tell whether an interpreter starts and has pip and a version that the course supports."""
    test = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))"
    try:
        return subprocess.call([python, "-c", test], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv():
    """Make .venv unless a usable one is there."""
    if usable(venv_python()):
        return
    print("Making .venv with Python " + sys.version.split()[0] + " ...")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        import venv

        venv.create(VENV, with_pip=True)
    except (ImportError, subprocess.CalledProcessError):
        shutil.rmtree(VENV, ignore_errors=True)
        fail("Python cannot make virtual environments here (on Debian and Ubuntu: apt-get install python3-venv).")
    except OSError as e:
        fail("cannot write " + VENV + " (" + str(e.strerror) + ").")


def fingerprint(name):
    """Return a hash of what is to be installed from a lock file."""
    total = hashlib.sha256(sys.version.encode())
    for file in (name, "pyproject.toml"):
        with open(path(file), "rb") as f:
            total.update(f.read())
    return name + " " + total.hexdigest()


def installed():
    """Return what the last successful run installed."""
    try:
        with open(STAMP) as f:
            return f.read()
    except OSError:
        return ""


def pip(*arguments):
    """Run pip inside .venv; on a terminal one line shows what it is doing."""
    command = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    process = subprocess.Popen(
        command + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    last, start = [], time.time()
    for line in process.stdout:
        last = last[-15:] + [line]
        if sys.stdout.isatty():
            words = " ".join(line.split())
            sys.stdout.write("\r\033[K  %3d s  %s" % (time.time() - start, words[:90]))
            sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K")
    if process.wait() != 0:
        sys.stderr.write("".join(last))
        fail("pip could not install the requirements (its last words are above); check the network and run it again.")


def main():
    """Set up, or find that nothing is to do."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        fail("the course needs Python 3.11, 3.12 or 3.13; this is " + sys.version.split()[0] + ".")
    if unsupported():
        fail("TensorFlow is not built for " + unsupported() + ": take Linux, in a virtual machine or WSL 2.")
    wanted = LOCKS["gpu" if "gpu" in sys.argv else "dev" if "dev" in sys.argv else "course"]
    order = list(LOCKS.values())
    make_venv()
    # a fuller installation that is up to date serves as well
    if installed() in [fingerprint(name) for name in order[order.index(wanted) :]]:
        return
    if installed().startswith(LOCKS["gpu"]):
        wanted = LOCKS["gpu"]  # never put the build without CUDA over the one with it
    start = time.time()
    print("Installing " + wanted + " into .venv (the first time some hundred MB; a few minutes) ...")
    sys.stdout.flush()
    before = installed().split(" ")[0]
    if before:
        with open(STAMP, "w") as f:
            # if pip fails half way nothing is up to date any more, but a build with CUDA stays one
            f.write(before + " unfinished")
    # the lock files are complete, so pip need not work out dependencies
    pip("--no-deps", "--require-hashes", "-r", path(wanted))
    pip("--no-deps", "--no-build-isolation", "--editable", TOP)
    with open(STAMP, "w") as f:
        f.write(fingerprint(wanted))
    print("Installed in %d s." % (time.time() - start))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("interrupted; run it again to go on.")
