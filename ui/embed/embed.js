// Shows similar problems of a community below a field of a form, while somebody types in it:
//
//   <script src="https://copse.example.org/embed.js" data-for="#title" data-community="garden" async></script>
//
// What members wrote is shown as text: nothing is made of it but text nodes. It asks without cookies, so it finds
// what everybody may read. The page's own styles do not reach into it, and it takes colours and type from around.
(() => {
  "use strict";
  const script = document.currentScript;
  const options = script?.dataset ?? {};
  if (!options.for) return;

  const WAIT = 300; // milliseconds without a key before it asks
  const LEAST = 8; // characters that say something
  const home = new URL(".", script.src);
  const label = options.label || "Similar problems";
  const style = new CSSStyleSheet(); // not a style element, which a policy of the page may forbid
  style.replaceSync(`
    :host { display: block; color: inherit; font: inherit; }
    section { position: relative; box-sizing: border-box; max-width: 100%; margin: 0.5em 0; padding: 0.6em 0.8em;
      font-size: 0.925em; line-height: 1.45; overflow-wrap: anywhere; border-radius: 0.4em;
      border: 1px solid color-mix(in srgb, currentColor 28%, transparent);
      background: color-mix(in srgb, currentColor 4%, transparent); }
    [hidden] { display: none; }
    h2 { margin: 0 2em 0.3em 0; font: inherit; font-weight: 600; }
    ul { margin: 0; padding: 0; list-style: none; }
    li { margin: 0.5em 0; }
    a { color: inherit; text-underline-offset: 0.15em; }
    p { margin: 0.1em 0 0; }
    small { font-size: 0.875em; }
    button { position: absolute; top: 0.25em; right: 0.25em; width: 2em; height: 2em; padding: 0; cursor: pointer;
      color: inherit; font: inherit; background: none; border: 0; border-radius: 0.3em; }
    a:focus-visible, button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
    [role="status"] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
      white-space: nowrap; }
  `);

  const panels = new WeakMap(); // by field: a page may put another one in its place

  // Fields are found when somebody types, so they may come later than the script.
  document.addEventListener("input", (event) => {
    const field = event.composedPath()[0];
    if (!(field instanceof Element) || !field.matches(options.for) || event.isComposing) return;
    if (!panels.has(field)) panels.set(field, new Panel(field));
    panels.get(field).typed();
  });

  class Panel {
    constructor(field) {
      this.field = field;
      this.timer = 0;
      this.asking = null; // what can be aborted
      this.closed = false;
      const host = element("div");
      const shadow = host.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [style];
      this.list = element("ul");
      this.status = element("p", { role: "status" });
      const close = element("button", { type: "button", "aria-label": `Close: ${label}` }, "×");
      this.section = element("section", { "aria-label": label, hidden: "" });
      this.section.append(element("h2", {}, label), this.list, close);
      shadow.append(this.section, this.status);
      close.addEventListener("click", () => this.close());
      shadow.addEventListener("keydown", (event) => this.key(event));
      field.addEventListener("keydown", (event) => {
        if (event.key === "Escape" && !this.section.hidden) this.close();
      });
      const place = options.into && document.querySelector(options.into);
      if (place) place.append(host);
      else field.after(host);
    }

    typed() {
      const text = (this.field.value ?? this.field.textContent ?? "").trim();
      clearTimeout(this.timer);
      this.asking?.abort();
      if (!text) this.closed = false; // whoever begins anew may want it again
      if (this.closed) return;
      if (text.length < LEAST) this.show([]);
      else this.timer = setTimeout(() => this.ask(text), WAIT);
    }

    async ask(text) {
      const asking = new AbortController();
      this.asking = asking;
      const address = new URL("embed/similar", home);
      address.searchParams.set("q", text.slice(0, 2000));
      for (const slug of (options.community ?? "").split(",")) {
        if (slug.trim()) address.searchParams.append("community", slug.trim());
      }
      if (options.count) address.searchParams.set("k", options.count);
      try {
        const reply = await fetch(address, {
          credentials: "omit",
          referrerPolicy: "no-referrer",
          signal: asking.signal,
        });
        const found = reply.ok ? (await reply.json()).similar : [];
        if (!asking.signal.aborted) this.show(found);
      } catch {
        if (!asking.signal.aborted) this.show([]); // a form works without it
      }
    }

    show(problems) {
      this.list.replaceChildren(...problems.map(entry));
      this.section.hidden = problems.length === 0;
      this.status.textContent = problems.length ? `${label}: ${problems.length}` : "";
    }

    close() {
      this.closed = true;
      this.asking?.abort();
      this.show([]);
      this.field.focus();
    }

    key(event) {
      const links = [...this.list.querySelectorAll("a")];
      const at = links.indexOf(event.target);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") this.close();
      else if (step && at >= 0) (links[at + step] ?? this.field).focus();
      else return;
      event.preventDefault();
    }
  }

  function entry(problem) {
    const link = element("a", { href: leadsTo(problem), target: "_blank", rel: "noopener noreferrer" }, problem.title);
    const item = element("li");
    item.append(link, element("p", {}, problem.solution), element("small", {}, `${problem.standing} · ${problem.about}`));
    return item;
  }

  // The original if it is on the web, else the page in Copse; nothing else is ever an address.
  function leadsTo(problem) {
    const address = URL.canParse(problem.url) ? new URL(problem.url) : new URL(problem.page, home);
    return ["http:", "https:"].includes(address.protocol) ? address.href : home.href;
  }

  function element(name, attributes = {}, text = "") {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  }
})();
