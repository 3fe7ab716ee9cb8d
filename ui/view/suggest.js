// Shows past questions like the one that is being typed: a combobox after the WAI-ARIA Authoring Practices
// ("editable, with list autocomplete"). Typing never waits for it, and whatever goes wrong just shows nothing.
const PAUSE = 180; // milliseconds without a key, before anything is asked for
const FEWEST_WORDS = 3;
const MARKS = { solved: "✓ solved", open: "open", outdated: "outdated" };

function suggestFor(box) {
  const form = box.form;
  const list = form.querySelector("[role=listbox]");
  const told = form.querySelector("[role=status]");
  let waiting, request;
  let at = -1; // which suggestion is chosen; none at first, so that Enter asks what was typed

  const close = () => {
    clearTimeout(waiting);
    request?.abort();
    list.hidden = true;
    list.replaceChildren();
    told.textContent = "";
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (which) => {
    at = which;
    [...list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
    if (at < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const take = (which) => {
    box.value = list.children[which].dataset.title;
    close();
    form.requestSubmit();
  };
  const open = (similar) => {
    list.replaceChildren(...similar.map(suggestion));
    list.hidden = !similar.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
    told.textContent = similar.length ? `Asked before: ${similar.length}. Arrow keys choose one.` : "";
  };
  const look = async () => {
    const typed = box.value;
    request = new AbortController();
    try {
      const answer = await fetch(box.dataset.suggest + encodeURIComponent(typed), { signal: request.signal });
      const { similar } = answer.ok ? await answer.json() : { similar: [] };
      if (box.value === typed && box.matches(":focus")) open(similar.filter((one) => one.item.title.trim()));
    } catch {
      // Typed on, or no connection: there is nothing to suggest now.
    }
  };

  box.oninput = () => {
    clearTimeout(waiting);
    request?.abort();
    if (box.value.trim().split(/\s+/).length < FEWEST_WORDS) close();
    else waiting = setTimeout(look, PAUSE);
  };
  box.onkeydown = (event) => {
    const last = list.children.length - 1;
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") choose(at < last ? at + 1 : -1);
    else if (event.key === "ArrowUp") choose(at < 0 ? last : at - 1);
    else if (event.key === "Enter" && at >= 0) take(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  box.onblur = close;
  form.addEventListener("submit", close);
  // Pressing the mouse on the list leaves the box its focus; the click then takes what is under it.
  list.onmousedown = (event) => event.preventDefault();
  list.onclick = (event) => {
    const one = event.target.closest("[role=option]");
    if (one) take([...list.children].indexOf(one));
  };
}

function suggestion({ item, solved, state }, number) {
  const one = document.createElement("li");
  one.id = `suggestion-${number}`;
  one.setAttribute("role", "option");
  one.dataset.title = item.title.trim().split(/\s+/).join(" ");
  const mark = state === "outdated" ? state : solved ? "solved" : "open";
  one.append(part("", one.dataset.title), part(`badge ${mark}`, MARKS[mark]));
  return one;
}

function part(kind, text) {
  const made = document.createElement("span");
  made.className = kind;
  made.textContent = text;
  return made;
}
