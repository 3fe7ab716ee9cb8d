// Shows HTML that the server made and sanitised. A click on a link within the page, or a question asked in it,
// becomes a message to the server, so that nothing is loaded anew; with a modifier key, a link opens in a new
// tab as any link does.
let asked = null; // what was asked in a view, until whoever asked is where its answer begins

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".copse");
  root.onclick = (event) => {
    const button = event.target.closest("button[data-done]");
    if (button) share(button);
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    asked = null;
    const address = link.getAttribute("href");
    // What opens over the page leaves it where it is; another page is read from its beginning.
    if (!new URLSearchParams(address).get("item")) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
    setTriggerValue("go", address);
  };
  root.onsubmit = (event) => {
    event.preventDefault();
    const empty = [...event.target.querySelectorAll("input[required]")].some((input) => !input.value.trim());
    if (empty) return;
    const fields = new URLSearchParams(new FormData(event.target));
    const box = event.target.querySelector(".follow input[id]");
    asked = box && box.value.trim().split(/\s+/).join(" ");
    if (box) root.scrollIntoView();
    for (const input of event.target.querySelectorAll("input[id]")) input.defaultValue = input.value;
    setTriggerValue("go", `?${fields}`);
  };
  if (root.shown === data) return;
  root.shown = data;
  keepTyped(root, () => (root.innerHTML = data));
  root.querySelectorAll("input[data-suggest]").forEach(suggestFor);
  root.querySelectorAll(".cited-page img").forEach((picture) => (picture.onerror = () => showText(picture)));
  root.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  root.querySelector("#cited")?.scrollIntoView({ block: "center" });
  if ([...root.querySelectorAll("[data-answers]")].some((one) => one.dataset.answers === asked)) begin(root);
}

// Where a page cannot be drawn after all, its text takes the place of the picture.
function showText(picture) {
  const figure = picture.closest("figure");
  picture.closest("a").remove();
  const text = figure.parentElement.querySelector(".as-text");
  if (text) text.open = true;
  const told = document.createElement("p");
  told.className = "facts";
  told.textContent = "The page cannot be shown as a picture: its file may have changed since it was read.";
  figure.append(told);
}

// What somebody is typing stays, unless the server says that something else stands there now; and so does the
// place where they read.
function keepTyped(root, draw) {
  const active = root.getRootNode().activeElement;
  const held = active?.id;
  const reading = active?.matches("h2") && root.contains(active); // where `begin` put whoever asked
  const before = [...root.querySelectorAll("input[id]")];
  draw();
  for (const was of before) {
    const now = root.querySelector(`#${CSS.escape(was.id)}`);
    if (now && now.defaultValue === was.defaultValue) now.value = was.value;
    if (now && was.id === held) now.focus({ preventScroll: true });
  }
  const heading = reading && root.querySelector("h2");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}

// Lets whoever asked go on where the answer begins, by eye and by keyboard. Until then an answer may be drawn
// more than once, and parts of the one before it as well, which is why each tells what it answers.
function begin(root) {
  const heading = root.querySelector("h2");
  if (!heading) return;
  const question = asked;
  heading.tabIndex = -1;
  // A view is hidden for as long as a draft of it is shown.
  const shown = new ResizeObserver(() => {
    if (!heading.offsetWidth) return;
    shown.disconnect();
    if (asked !== question) return; // another one was asked, or a link followed
    asked = null;
    heading.focus({ preventScroll: true });
    root.scrollIntoView();
  });
  shown.observe(heading);
}
