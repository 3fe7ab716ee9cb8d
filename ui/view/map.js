// Draws a map of the library: a mark for each practice, and names of what is written about in each part of it.
// It can be moved and made larger, by pointer and by keyboard; a mark that is clicked becomes a message to the
// server, which opens what it stands for. All texts are set as texts, never as HTML.
const SVG = "http://www.w3.org/2000/svg";
const FORMS = [
  "M-1 0A1 1 0 1 0 1 0A1 1 0 1 0-1 0Z", // circle
  "M-.9-.9H.9V.9H-.9Z", // square
  "M0-1.2L1.1.8H-1.1Z", // triangle
  "M0-1.3L1.2 0L0 1.3L-1.2 0Z", // diamond
  "M-.35-1.1H.35V-.35H1.1V.35H.35V1.1H-.35V.35H-1.1V-.35H-.35Z", // plus
  "M0 1.2L1.1-.8H-1.1Z", // triangle on its head
  "M-1.15-.2L-.45-1.1H.45L1.15-.2L0 1.15Z", // gem
  "M0-1.35L.35-.4L1.3-.4L.55.2L.85 1.15L0 .6L-.85 1.15L-.55.2L-1.3-.4L-.35-.4Z", // star
];
const REST = "M-.75-.75L.75.75M.75-.75L-.75.75"; // cross: all further communities
const CLOSEST = 12; // times
const CLOSE = 1.8; // times, from which the many names are written instead of the few
const NEAR = 16; // pixels around a mark that belong to it
const MOVED = 5; // pixels from which a click is no click

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".copse");
  root.setTriggerValue = setTriggerValue;
  const told = JSON.stringify(data);
  if (root.told !== told) {
    root.told = told;
    // What is looked for changes what stands out, not where the reader is.
    const before = root.atlas;
    before?.leave();
    root.atlas = new Atlas(root, data, before?.same(data) ? before.view : undefined);
  }
  root.atlas.stay();
  return () => root.atlas.leave();
}

function make(name, attributes = {}, text) {
  const made = name.startsWith("svg:") ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// The mark of a community, by its place among all.
function form(place, kind) {
  const own = place < FORMS.length;
  return make("svg:path", { d: own ? FORMS[place] : REST, class: `${kind} ${own ? `c${place}` : "rest"}` });
}

class Atlas {
  constructor(root, data, view) {
    this.root = root;
    this.data = data;
    this.view = view ?? { times: 1, x: 0, y: 0 };
    this.at = -1; // the point that the keyboard or the pointer is at
    this.hidden = new Set();
    this.build();
    this.listen();
    this.sizes = new ResizeObserver(() => this.draw());
    this.draw();
  }

  stay() {
    this.sizes.observe(this.frame);
  }

  leave() {
    this.sizes.disconnect();
  }

  same(data) {
    return data.drawn === this.data.drawn;
  }

  build() {
    this.frame = make("div", { class: "frame" });
    this.svg = make("svg:svg", {
      tabindex: 0,
      role: "application",
      "aria-roledescription": "map",
      "aria-label": this.data.label,
      "aria-describedby": "map-help",
    });
    this.marks = this.data.points.map((point) => this.mark(point));
    this.names = this.data.regions.map((region) => make("svg:text", { class: region.broad ? "broad" : "fine" }, region.name));
    this.ring = make("svg:circle", { class: "ring", r: 9, hidden: "" });
    const layers = [make("svg:g", { "aria-hidden": "true" }), make("svg:g", { "aria-hidden": "true", class: "names" })];
    layers[0].append(...this.marks);
    layers[1].append(...this.names);
    this.svg.append(layers[0], this.ring, layers[1]);
    this.tip = make("div", { class: "tip", "aria-hidden": "true" });
    this.tip.hidden = true;
    this.said = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.frame.append(this.svg, this.tip, this.tools());
    const help = make("p", { class: "unseen", id: "map-help" }, "Arrow keys go from point to point, Enter opens one, plus and minus make the map larger and smaller, 0 shows all of it.");
    this.root.replaceChildren(this.frame, this.legend(), help, this.said);
  }

  mark(point) {
    const fits = this.data.asked ? (point.fits ? "fits" : "dim") : "";
    return form(point.place, `mark ${fits}`);
  }

  tools() {
    const tools = make("div", { class: "tools" });
    for (const [sign, name, act] of [
      ["+", "Larger", () => this.zoom(1.6)],
      ["−", "Smaller", () => this.zoom(1 / 1.6)],
      ["⤢", "All of it", () => this.whole()],
    ]) {
      const button = make("button", { type: "button", "aria-label": name, title: name }, sign);
      button.onclick = act;
      tools.append(button);
    }
    return tools;
  }

  legend() {
    const list = make("ul", { class: "legend", "aria-label": "Communities" });
    this.data.communities.forEach((name, place) => {
      const button = make("button", { type: "button", "aria-pressed": "true", title: "Show or hide" });
      const sign = make("svg:svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": "true" });
      sign.append(form(place, "sign"));
      button.append(sign, make("span", {}, name));
      button.onclick = () => {
        if (!this.hidden.delete(place)) this.hidden.add(place);
        button.setAttribute("aria-pressed", String(!this.hidden.has(place)));
        this.draw();
      };
      const entry = make("li");
      entry.append(button);
      list.append(entry);
    });
    return list;
  }

  // --- what is seen ---

  where(point) {
    const { times, x, y } = this.view;
    return [this.wide / 2 + (point.x - x) * times * this.unitX, this.high / 2 - (point.y - y) * times * this.unitY];
  }

  draw() {
    this.wide = this.frame.clientWidth;
    if (!this.wide) return;
    this.high = Math.round(Math.min(Math.max(this.wide * 0.56, 320), 600));
    this.frame.style.height = `${this.high}px`;
    this.svg.setAttribute("viewBox", `0 0 ${this.wide} ${this.high}`);
    this.unitX = this.wide / 2 - 22;
    this.unitY = this.high / 2 - 22;
    const few = Math.min(Math.max(Math.sqrt(500 / this.data.points.length), 1), 1.6);
    const size = Math.min(Math.max(this.wide / 260, 2.4), 4) * few * Math.min(Math.sqrt(this.view.times), 1.5);
    this.data.points.forEach((point, number) => {
      const [left, top] = this.where(point);
      const mark = this.marks[number];
      const large = size * (this.data.asked && point.fits ? 1.35 : 1);
      mark.setAttribute("transform", `translate(${left.toFixed(1)} ${top.toFixed(1)}) scale(${large.toFixed(2)})`);
      mark.style.display = this.hidden.has(point.place) ? "none" : "";
    });
    this.drawNames();
    this.drawCursor();
  }

  // Names are written by size, as long as they do not cover each other.
  drawNames() {
    const close = this.view.times >= CLOSE;
    const taken = [];
    this.data.regions.forEach((region, number) => {
      const name = this.names[number];
      const [left, top] = this.where(region);
      const half = [region.name.length * (this.wide < 500 ? 3.3 : 3.9) + 5, 11];
      const inside = left > 0 && left < this.wide && top > 8 && top < this.high - 4;
      const free = taken.every(([x, y, w, h]) => Math.abs(x - left) > w + half[0] || Math.abs(y - top) > h + half[1]);
      const shown = region.broad !== close && inside && free;
      name.style.display = shown ? "" : "none";
      if (!shown) return;
      const within = Math.min(Math.max(left, half[0]), this.wide - half[0]);
      name.setAttribute("x", within);
      name.setAttribute("y", top);
      taken.push([within, top, ...half]);
    });
  }

  drawCursor() {
    const point = this.data.points[this.at];
    this.ring.toggleAttribute("hidden", !point);
    this.tip.hidden = !point;
    if (!point) return;
    const [left, top] = this.where(point);
    this.ring.setAttribute("cx", left);
    this.ring.setAttribute("cy", top);
    this.tip.replaceChildren(make("b", {}, point.title), make("span", {}, point.about));
    const width = this.tip.offsetWidth;
    this.tip.style.left = `${Math.min(Math.max(left - width / 2, 4), this.wide - width - 4)}px`;
    const below = top + 14 + this.tip.offsetHeight < this.high;
    this.tip.style.top = `${below ? top + 14 : top - 14 - this.tip.offsetHeight}px`;
  }

  // --- where the reader is ---

  zoom(by, left = this.wide / 2, top = this.high / 2) {
    const times = Math.min(Math.max(this.view.times * by, 1), CLOSEST);
    const shift = (1 / this.view.times - 1 / times);
    this.view.x += ((left - this.wide / 2) / this.unitX) * shift;
    this.view.y -= ((top - this.high / 2) / this.unitY) * shift;
    this.view.times = times;
    this.settle();
  }

  move(left, top) {
    this.view.x -= left / this.view.times / this.unitX;
    this.view.y += top / this.view.times / this.unitY;
    this.settle();
  }

  whole() {
    this.view = { times: 1, x: 0, y: 0 };
    this.settle();
  }

  settle() {
    const room = 1 - 1 / this.view.times;
    for (const axis of ["x", "y"]) this.view[axis] = Math.min(Math.max(this.view[axis], -room), room);
    this.draw();
  }

  // --- points ---

  shown(point) {
    return !this.hidden.has(point.place) && (!this.data.asked || point.fits);
  }

  nearest(left, top, reach) {
    let best = -1;
    let least = reach * reach;
    this.data.points.forEach((point, number) => {
      if (this.hidden.has(point.place)) return;
      const [x, y] = this.where(point);
      // What fits is what is meant, where both are near.
      const apart = ((x - left) ** 2 + (y - top) ** 2) * (this.data.asked && !point.fits ? 3 : 1);
      if (apart < least) [least, best] = [apart, number];
    });
    return best;
  }

  // The nearest point in a direction; what lies to the side counts as farther.
  step(right, up) {
    const from = this.data.points[this.at];
    if (!from) return this.nearest(this.wide / 2, this.high / 2, Infinity);
    const [left, top] = this.where(from);
    let best = this.at;
    let least = Infinity;
    this.data.points.forEach((point, number) => {
      if (number === this.at || !this.shown(point)) return;
      const [x, y] = this.where(point);
      const ahead = (x - left) * right + (top - y) * up;
      const aside = Math.abs((x - left) * up) + Math.abs((top - y) * right);
      if (ahead > 0.5 && ahead + 2.5 * aside < least) [least, best] = [ahead + 2.5 * aside, number];
    });
    return best;
  }

  // Goes to a point, moves the map where it would be out of sight, and says what it is.
  go(number) {
    this.at = number;
    const point = this.data.points[number];
    if (!point) return;
    const [left, top] = this.where(point);
    if (left < 20 || left > this.wide - 20 || top < 20 || top > this.high - 20) {
      [this.view.x, this.view.y] = [point.x, point.y];
      this.settle();
    }
    this.draw();
    this.said.textContent = `${point.title}, ${point.about}`;
  }

  open(number, apart) {
    const point = this.data.points[number];
    if (!point) return;
    const address = new URLSearchParams(this.data.address.replace(/^\?/, ""));
    address.set("item", point.id);
    if (apart) window.open(`?${address}`, "_blank", "noopener");
    else this.root.setTriggerValue("go", `?${address}`);
  }

  // --- by pointer and by keyboard ---

  listen() {
    const held = new Map();
    let moved = 0;
    const at = (event) => {
      const box = this.svg.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const span = () => {
      const [one, other] = [...held.values()];
      return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) : 0;
    };
    this.svg.onpointerdown = (event) => {
      if (event.button !== 0) return;
      if (!held.size) moved = 0;
      held.set(event.pointerId, at(event));
    };
    this.svg.onpointermove = (event) => {
      const here = at(event);
      const last = held.get(event.pointerId);
      if (!last) {
        this.at = this.nearest(...here, NEAR);
        this.svg.classList.toggle("over", this.at >= 0);
        return this.drawCursor();
      }
      moved += Math.abs(here[0] - last[0]) + Math.abs(here[1] - last[1]);
      if (moved <= MOVED) return;
      this.svg.setPointerCapture(event.pointerId);
      const wide = span();
      held.set(event.pointerId, here);
      if (held.size > 1) this.zoom(span() / (wide || 1), ...here);
      else this.move(here[0] - last[0], here[1] - last[1]);
    };
    this.svg.onpointerup = (event) => {
      if (held.delete(event.pointerId) && moved <= MOVED) {
        this.open(this.nearest(...at(event), NEAR), event.ctrlKey || event.metaKey || event.shiftKey);
      }
    };
    this.svg.onpointercancel = this.svg.onlostpointercapture = (event) => held.delete(event.pointerId);
    this.svg.onpointerleave = () => {
      if (held.size || this.svg.matches(":focus-visible")) return;
      this.at = -1;
      this.drawCursor();
    };
    // A wheel moves the page, unless the reader is on the map or says by Ctrl that the map is meant.
    this.svg.onwheel = (event) => {
      if (!event.ctrlKey && !this.svg.matches(":focus")) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), ...at(event));
    };
    this.svg.onkeydown = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = {
        ArrowRight: () => this.go(this.step(1, 0)),
        ArrowLeft: () => this.go(this.step(-1, 0)),
        ArrowUp: () => this.go(this.step(0, 1)),
        ArrowDown: () => this.go(this.step(0, -1)),
        Enter: () => this.open(this.at),
        "+": () => this.zoom(1.6),
        "=": () => this.zoom(1.6),
        "-": () => this.zoom(1 / 1.6),
        0: () => this.whole(),
        Escape: () => { this.at = -1; this.drawCursor(); },
      }[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
  }
}
