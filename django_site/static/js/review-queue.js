// The queue by keyboard. Every key is a link, a tick or a button too; without this script all of them work.
// j k next and previous case · x tick · Enter open (the link has the focus) · m take · ? the keys

const rows = () => [...document.querySelectorAll("[data-row]")];
const dialog = document.getElementById("keys");
const opener = document.querySelector("[data-keys]");
const said = document.querySelector("[data-ticked]");

const typing = (event) =>
  event.ctrlKey || event.metaKey || event.altKey
  || event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]");

function current() {
  return document.querySelector("[data-row][aria-current=true]");
}

function choose(row) {
  if (!row) return;
  for (const other of rows()) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  const link = row.querySelector("[data-open]");
  link.focus();
  row.scrollIntoView({ block: "nearest" });
}

function move(by) {
  const list = rows();
  const at = list.indexOf(current());
  choose(list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))]);
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row || row === current()) return;
  for (const other of rows()) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});

const words = said?.textContent ?? "";
function count() {
  const ticked = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
  if (said) said.textContent = ticked ? `${words} ${ticked}` : words;
}
document.addEventListener("change", count);
window.addEventListener("pageshow", count);

if (dialog && opener) {
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  for (const button of dialog.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => { dialog.close(); move(Number(button.dataset.move)); });
  }
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || dialog?.open) return;
  const does = {
    j: () => move(1),
    k: () => move(-1),
    x: () => current()?.querySelector("input[type=checkbox]")?.click(),
    m: () => current()?.querySelector("[data-take]")?.click(),
    "?": () => opener?.click(),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
