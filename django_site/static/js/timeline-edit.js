// Keys on the timeline page: arrows choose a clip, Alt and arrows move the chosen one, Ctrl+Z undoes, Ctrl+Shift+Z redoes.
// Every step is a form of the page; without this file the buttons do the same.
const typing = (element) => element.closest("input, textarea, select, video, [contenteditable]");
const rows = () => [...document.querySelectorAll(".clip-rows > li")];

function chosen() {
  return rows().findIndex((row) => row.getAttribute("aria-current") === "true");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typing(event.target)) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    const button = document.querySelector(`[data-key="${event.shiftKey ? "redo" : "undo"}"]`);
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const all = rows();
  const at = chosen();
  if (event.altKey) {
    const button = at < 0 ? null : all[at].querySelector(`[data-move="${step < 0 ? "earlier" : "later"}"]`);
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    }
    return;
  }
  const next = all[at < 0 ? 0 : at + step];
  if (next) {
    event.preventDefault();
    next.querySelector("[data-clip]").click();
  }
});
