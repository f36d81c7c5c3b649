// What the tests ask of a page in a browser.  The DevTools evaluate this; the page has no script.
(() => {
  const tag = (e) => `<${e.localName} class="${e.getAttribute("class") ?? ""}"> ` +
    e.textContent.trim().slice(0, 40);
  const once = (answer) => {  // the page does not change while it is asked
    const known = new Map();
    return (e) => {
      if (!known.has(e)) known.set(e, answer(e));
      return known.get(e);
    };
  };
  const isHidden = once((e) => {  // for eyes, not for keys and voices
    const {width, height} = e.getBoundingClientRect();
    return (width <= 1 && height <= 1) || getComputedStyle(e).opacity === "0" ||
      (e.parentElement !== null && isHidden(e.parentElement));
  });
  const isSeen = once((e) => e.checkVisibility() && !isHidden(e));
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Everything that is wider than the window, or than the box that it would have to scroll in.
  // may: what may scroll, a selector.
  const overflowing = (may = "script") => {
    const width = document.documentElement.clientWidth;
    const root = document.documentElement;
    const found = root.scrollWidth > width ? [`the page: ${root.scrollWidth} > ${width}`] : [];
    for (const e of all("body *").filter((e) => isSeen(e) && !e.closest(may))) {
      const box = e.getBoundingClientRect();
      if (box.left < -0.5 || box.right > width + 0.5)
        found.push(`${tag(e)}: ${box.left} to ${box.right}`);
      if (getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth)
        found.push(`${tag(e)}: ${e.scrollWidth} in ${e.clientWidth}`);
    }
    return found;
  };

  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = once((color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  });
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((value, at) => value * a + below[at] * (1 - a));
  const SHAPES = ["circle", "rect", "ellipse", "polygon"];
  const background = once((e) => {
    const style = getComputedStyle(e);
    const isShape = SHAPES.includes(e.localName);
    const [r, g, b, a] = rgba(isShape ? style.fill : style.backgroundColor);
    return [r, g, b, a * style.opacity * (isShape ? style.fillOpacity : 1)];
  });
  const luminance = (color) => {
    const linear = color.map((v) => v / 255).map(
      (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  // Every text that has less contrast than that, by the formula of WCAG 2, once for each pair of
  // colours and kind of element; the window must hold the whole page.
  const faint = (least) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [], met = new Set();
    for (let node; (node = walker.nextNode());) {
      const e = node.parentElement;
      if (!node.data.trim() || !isSeen(e)) continue;
      const style = getComputedStyle(e);
      const color = e.namespaceURI.endsWith("svg") ? style.fill : style.color;
      const path = [e, e.parentElement, e.parentElement.parentElement];
      const before = e.previousElementSibling;  // the circle that a number is drawn on
      const kind = [e.localName, color, ...path.map(background), before && background(before)].join();
      if (met.has(kind)) continue;
      met.add(kind);
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getClientRects()[0];
      if (!box) continue;
      const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
      const base = isDark ? [18, 18, 18] : [255, 255, 255];
      const below = stack.reverse().map(background).reduce((under, on) => over(on, under), base);
      const ink = over(rgba(color), below);
      const [light, dark] = [luminance(ink), luminance(below)].sort((a, b) => b - a);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < least) found.push(`${contrast.toFixed(2)}: ${tag(e)}`);
    }
    return found;
  };

  // Every number that goes on in a further line.
  const broken = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [], range = document.createRange();
    for (let node; (node = walker.nextNode());) {
      if (!isSeen(node.parentElement)) continue;
      for (const number of node.data.matchAll(/[(−]*\d[\d.,e-]*\d\)?/g)) {
        range.setStart(node, number.index);
        range.setEnd(node, number.index + number[0].length);
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (lines.size > 1) found.push(`${number[0]}: ${tag(node.parentElement)}`);
      }
    }
    return found;
  };

  // The sums that are seen: [layer, sample, neuron].
  const sums = () => all("[data-z]").filter(isSeen).map(
    ({dataset: of}) => [+of.layer, +of.sample, +of.neuron]);
  // The radio buttons within an element, in the order in which arrow keys go through them.
  const buttons = (e) => [...e.querySelectorAll("input[type=radio]")];
  const cellOf = (button) => document.querySelector(`td label[for="${button.id}"]`).closest("td");
  // How each number of a button's group looks: [id, whether it is chosen, its look].
  const looks = (id) => {
    const {name} = document.getElementById(id);
    return buttons(document).filter((each) => each.name === name).map(
      (each) => [each.id, each.checked, getComputedStyle(cellOf(each)).backgroundColor]);
  };
  const boxes = (selector) => all(selector).filter(isSeen).map((e) => {
    const {x, y, width, height} = e.getBoundingClientRect();
    return {x, y, width, height, text: e.textContent.trim()};
  });
  return {all, overflowing, broken, faint, sums, buttons, looks, boxes};
})()
