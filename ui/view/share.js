// Puts an answer, or the address of what is shown, on the clipboard, and says so.
const SAID = 2500; // milliseconds

async function share(button) {
  const link = button.dataset.link;
  const text = link === undefined ? button.dataset.copy : new URL(link, document.baseURI).href;
  const told = button.closest(".share-row").querySelector("[role=status]");
  told.textContent = (await copied(text, button)) ? button.dataset.done : "The browser does not let this be copied";
  clearTimeout(told.fading);
  told.fading = setTimeout(() => (told.textContent = ""), SAID);
}

async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByHand(text, button);
  }
}

// A page that came without encryption has no clipboard; what is selected can be copied all the same.
function copiedByHand(text, button) {
  const held = document.createElement("textarea");
  held.value = text;
  held.className = "unseen";
  button.after(held);
  held.select();
  const done = document.execCommand("copy");
  held.remove();
  button.focus();
  return done;
}
