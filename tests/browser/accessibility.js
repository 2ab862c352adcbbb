// What is wrong with the page as a person meets it: a list of sentences, empty when all is well.
() => {
  const problems = [];
  const visible = (selector) => [...document.querySelectorAll(selector)].filter(
    (element) => element.checkVisibility() && !element.closest(".hidden, .skip"),
  );
  const shown = (element) => element.outerHTML.slice(0, 100);

  if (document.documentElement.scrollWidth > innerWidth) problems.push("scrolls sideways");
  if (document.querySelectorAll("h1").length !== 1) problems.push("has not one h1");

  // Targets of 24 by 24 pixels. Links within sentences are excepted (WCAG 2.5.8); a checkbox counts
  // with its label.
  for (const element of visible("a, button, select, summary, input:not([type=hidden])")) {
    if (element.closest("p")) continue;
    const target = element.matches("[type=checkbox], [type=radio]")
      ? (element.closest("label, .check") ?? element)
      : element;
    const box = target.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) problems.push(`small: ${shown(element)}`);
  }

  for (const element of visible("input:not([type=hidden]), select, textarea")) {
    if (!element.labels?.length && !element.ariaLabel) problems.push(`no label: ${shown(element)}`);
  }
  for (const element of visible("a, button, summary")) {
    if (!element.textContent.trim() && !element.ariaLabel) problems.push(`no name: ${shown(element)}`);
  }

  // Contrast of each text with the nearest painted background (WCAG 2.2, 1.4.3).
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const linear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility() || element.closest(".hidden, .skip, option")) continue;
    let painted = element;
    while (painted && rgba(getComputedStyle(painted).backgroundColor)[3] < 255) painted = painted.parentElement;
    const back = luminance(rgba(painted ? getComputedStyle(painted).backgroundColor : "Canvas"));
    const front = luminance(rgba(getComputedStyle(element).color));
    const contrast = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
    if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return problems;
}
