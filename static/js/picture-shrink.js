// Makes each held picture at most 2560 pixels wide and high before it is sent. What this browser
// cannot decode (often HEIC) goes as it is; the server does the same to every picture anyway.
const EDGE = 2560;

async function shrink(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = EDGE / Math.max(picture.width, picture.height);
    if (scale >= 1) return file;
    const blob = await redraw(picture, scale, file.type === "image/png" ? file.type : "image/jpeg");
    return Object.assign(new File([blob], file.name, { type: blob.type, lastModified: file.lastModified }), { origin: file });
  } catch {
    return file;
  }
}

async function redraw(picture, scale, type) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, type, 0.9));
  if (!blob) throw new Error("This browser cannot write the picture.");
  return blob;
}

for (const part of document.querySelectorAll("[data-pictures-part]")) {
  const seen = new WeakSet();
  part.addEventListener("pictures:held", async ({ detail }) => {
    const fresh = detail.filter((file) => !seen.has(file));
    for (const file of fresh) seen.add(file);
    for (const file of fresh) {
      const small = await shrink(file);
      seen.add(small);
      part.dispatchEvent(new CustomEvent("pictures:shrunk", { detail: { file, small } }));
    }
  });
}
