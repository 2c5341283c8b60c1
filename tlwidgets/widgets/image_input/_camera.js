// The camera: opened and closed by a button, it gives photos as files.
import { html } from "../_shared.js";
import { contextOf } from "../_canvas.js";
import { button } from "./_sources.js";
import { cameraWords, NO_CAMERA } from "./_words.js";

/**
 * What the camera sees, and the buttons beside it.
 *
 * @param {HTMLElement} opener  the button that opens and closes it
 * @param {object} actions
 * @param {() => void} actions.onPress  before anything else, when the opener is pressed
 * @param {(problem: string | null) => void} actions.onOpen  it is open, or why it is not
 * @param {(photo: File) => void} actions.onPhoto
 */
export function cameraBooth(opener, { onPress, onOpen, onPhoto }) {
  const video = html("video", { autoplay: "", playsinline: "", "aria-label": "Image of the camera" });
  video.muted = true;
  const shoot = button("shoot", "Take photo");
  const closing = button("close", "Close camera");
  const buttons = html("div", { class: "tlw-folder" }, shoot, closing);
  const element = html("div", { class: "tlw-booth" }, video, buttons);
  element.hidden = true;
  /** @type {MediaStream | null} */
  let stream = null;
  let shots = 0;

  function close() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.srcObject = null;
    element.hidden = true;
  }
  async function open() {
    if (!navigator.mediaDevices?.getUserMedia) return onOpen(NO_CAMERA);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: true });
      if (!element.isConnected) return close(); // the view is gone: nobody could switch it off
      video.srcObject = stream;
      element.hidden = false;
      shoot.focus();
    } catch (error) {
      return onOpen(cameraWords(error));
    }
    return onOpen(null);
  }
  function photograph() {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return; // no image has come yet
    const canvas = html("canvas", { width, height });
    contextOf(canvas).drawImage(video, 0, 0);
    canvas.toBlob(
      (blob) => {
        shots += 1;
        if (blob) onPhoto(new File([blob], `camera-${shots}.jpg`));
      },
      "image/jpeg",
      0.95,
    );
  }

  opener.addEventListener("click", () => {
    onPress();
    if (stream) close();
    else open();
  });
  shoot.addEventListener("click", photograph);
  closing.addEventListener("click", () => {
    close();
    opener.focus();
  });
  return { element, close };
}
