// Shows HTML that the server made and sanitised. A click on a link within the page becomes a message to the
// server, so that nothing is loaded anew; with a modifier key, it opens in a new tab as any link does.
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".copse");
  root.onclick = (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    setTriggerValue("go", link.getAttribute("href"));
  };
  if (root.shown === data) return;
  root.shown = data;
  root.innerHTML = data;
  root.querySelector("#cited")?.scrollIntoView({ block: "center" });
}
