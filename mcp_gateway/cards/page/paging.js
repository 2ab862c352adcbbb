// Keeps the card below the height that hosts show without scrolling: of a long list one part at a time.
const HIGHEST = 500, LEAST_ROWS = 5;
let rows = [], first = 0, last = 0, more;
let toldHeight = 0, fittedWidth = 0;

const height = () => Math.ceil(document.documentElement.getBoundingClientRect().height);

const turn = () => {
  first = last < rows.length ? last : 0;
  fit();
};

// Return what turns the pages of a list of these elements.
const paged = (elements) => {
  const turner = el("div", { class: "more", hidden: "" }, el("span", { role: "status" }), button(" ", turn));
  turner.rows = elements;
  return turner;
};

// Show fewer rows, but so many at least, as long as the card is too high.
const shorten = (least) => {
  while (last > Math.min(first + least, rows.length) && height() > HIGHEST) {
    last -= 1;
    rows[last].hidden = true;
  }
};

// Rows give way first, then figures above them from the last one on; some of both remain.
const fit = () => {
  const spare = [...main.querySelectorAll(".tiles div, .facts div")];
  last = rows.length;
  rows.forEach((row, index) => { row.hidden = index < first; });
  for (const one of spare) one.hidden = false;
  if (more) {
    more.hidden = true;
    more.hidden = first === 0 && height() <= HIGHEST;
  }
  shorten(LEAST_ROWS);
  while (spare.length && height() > HIGHEST) spare.pop().hidden = true;
  shorten(1);
  if (more) {
    const [where, turner] = more.children;
    where.textContent = say("of", { from: first + 1, to: last, all: rows.length });
    turner.textContent = say(last < rows.length ? "rest" : "start");
  }
  if (height() !== toldHeight) {
    toldHeight = height();
    notify("ui/notifications/size-changed", { height: toldHeight });
  }
};

// A list is cut anew when the width changes. The height changes by that, too, and is only told.
const watchSize = () => new ResizeObserver(() => {
  if (innerWidth === fittedWidth && height() === toldHeight) return;
  fittedWidth = innerWidth;
  fit();
}).observe(document.documentElement);

// Draw a new content. `byPerson` moves the focus there, since what had it is gone.
const draw = (children, byPerson = false) => {
  main.replaceChildren(...children.flat().filter((child) => child !== "" && child !== undefined));
  more = main.querySelector(".more");
  rows = more?.rows ?? [];
  first = 0;
  fit();
  if (byPerson) main.querySelector("h1")?.focus();
};
