// Tells the page around the frame how tall this page is, whenever that changes.
const tell = () =>
  window.parent.postMessage({ askwellHeight: document.documentElement.offsetHeight }, "*");

// The look that the page around asks for, behind the # of the address: data-theme and data-accent.
const root = document.documentElement;
const look = new URLSearchParams(location.hash.slice(1));

// Relative luminance of [r, g, b] from 0 to 255 (WCAG 2.2).
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

const dress = () => {
  if (["light", "dark"].includes(look.get("theme"))) root.dataset.theme = look.get("theme");
  const accent = look.get("accent") || "";
  if (!/^#[0-9a-f]{6}$/i.test(accent)) return;
  const paper = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
  const colour = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16));
  if (contrast(colour, paper.slice(0, 3)) < 4.5) return; // links could not be read (WCAG 1.4.3)
  root.style.setProperty("--spruce", accent);
  root.style.setProperty("--spruce-deep", accent);
  root.style.setProperty("--spruce-wash", `color-mix(in srgb, ${accent} 10%, var(--paper))`);
};

dress();
new ResizeObserver(tell).observe(document.body);
tell();
