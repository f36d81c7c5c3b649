// What the tests ask of a page in a browser.  The DevTools evaluate this; the page has no script.
(() => {
  const tag = (e) => `<${e.localName} class="${e.getAttribute("class") ?? ""}"> ` +
    e.textContent.trim().slice(0, 40);
  const isHidden = (e) => {  // for eyes, not for keys and voices
    for (; e; e = e.parentElement) {
      const box = e.getBoundingClientRect();
      if (box.width <= 1 && box.height <= 1) return true;
      if (getComputedStyle(e).opacity === "0") return true;
    }
    return false;
  };
  const isSeen = (e) => e.checkVisibility() && !isHidden(e);
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Everything that is wider than the window, or than the box that it would have to scroll in.
  const overflowing = () => {
    const width = document.documentElement.clientWidth;
    const root = document.documentElement;
    const found = root.scrollWidth > width ? [`the page: ${root.scrollWidth} > ${width}`] : [];
    for (const e of all("body *").filter(isSeen)) {
      const box = e.getBoundingClientRect();
      if (box.left < -0.5 || box.right > width + 0.5)
        found.push(`${tag(e)}: ${box.left} to ${box.right}`);
      if (getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth)
        found.push(`${tag(e)}: ${e.scrollWidth} in ${e.clientWidth}`);
    }
    return found;
  };

  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((value, at) => value * a + below[at] * (1 - a));
  const SHAPES = ["circle", "rect", "ellipse", "polygon"];
  const background = (e) => {
    const style = getComputedStyle(e);
    const isShape = SHAPES.includes(e.localName);
    const [r, g, b, a] = rgba(isShape ? style.fill : style.backgroundColor);
    return [r, g, b, a * style.opacity * (isShape ? style.fillOpacity : 1)];
  };
  const luminance = (color) => {
    const linear = color.map((v) => v / 255).map(
      (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  // Every text that has less contrast than that, by the formula of WCAG 2; the window holds the page.
  const faint = (least) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node; (node = walker.nextNode());) {
      const e = node.parentElement;
      if (!node.data.trim() || !isSeen(e)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getClientRects()[0];
      if (!box) continue;
      const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const base = getComputedStyle(document.documentElement).colorScheme.includes("dark") &&
        matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
      const below = stack.reverse().map(background).reduce((color, on) => over(on, color), base);
      const style = getComputedStyle(e);
      const ink = over(rgba(e.namespaceURI.endsWith("svg") ? style.fill : style.color), below);
      const [light, dark] = [luminance(ink), luminance(below)].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < least) found.push(`${contrast.toFixed(2)}: ${tag(e)}`);
    }
    return found;
  };

  // The sums that are seen: [layer, sample, neuron, z].
  const sums = () => all("[data-z]").filter(isSeen).map(
    ({dataset: of}) => [+of.layer, +of.sample, +of.neuron, of.z]);
  const labels = (input) => [...input.labels].filter(isSeen);
  const look = (e) => {
    const style = getComputedStyle(e.closest("td") ?? e), own = getComputedStyle(e);
    return [style.backgroundColor, own.backgroundColor].join();
  };
  // How each number of a layer that can be chosen looks: [id, whether it is chosen, its look].
  const looks = (name) => all(`input[name="${CSS.escape(name)}"]`).map(
    (input) => [input.id, input.checked, look(labels(input)[0])]);
  const boxes = (selector) => all(selector).filter(isSeen).map((e) => {
    const {x, y, width, height} = e.getBoundingClientRect();
    return {x, y, width, height, text: e.textContent.trim()};
  });
  return {all, isSeen, labels, overflowing, faint, sums, looks, boxes};
})()
