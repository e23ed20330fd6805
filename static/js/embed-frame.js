// Tells the page around the frame how tall this page is, whenever that changes.
const tell = () =>
  window.parent.postMessage({ askwellHeight: document.documentElement.offsetHeight }, "*");

new ResizeObserver(tell).observe(document.body);
tell();
