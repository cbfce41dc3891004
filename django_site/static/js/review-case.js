// The reviewer's keyboard: every key is also a button on the bench or beside its finding.
// j k next and previous case · n p next and previous finding · a approve · d dismiss · r request a change · x reject
// o ask to set failed checks aside

import { typing } from "./evidence-pair.js";

const dialog = document.getElementById("decide");
const form = dialog?.querySelector("form");
const items = () => [...document.querySelectorAll(".finding-item")];

function current() {
  return document.querySelector(".finding-item[aria-current=true]") ?? items()[0];
}

function choose(item) {
  if (!item) return;
  for (const other of items()) other.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  item.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  item.focus({ preventScroll: true });
}

function ask(kind, title, finding = "") {
  if (!form) return;
  form.elements.kind.value = kind;
  form.elements.finding.value = finding;
  dialog.querySelector("h2").textContent = title;
  if (!dialog.open) dialog.showModal();
  form.elements.reason.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-decide]");
  if (button && form) {
    event.preventDefault();
    ask(button.dataset.decide, button.dataset.title, button.dataset.finding || "");
  }
  if (event.target.closest("[data-close]")) dialog.close();
  if (event.target.closest("[data-ask-change]")) {
    event.preventDefault();
    const change = document.getElementById("change");
    change.open = true;
    change.scrollIntoView({ block: "center" });
    change.querySelector("input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
  }
});

function press(selector) {
  document.querySelector(selector)?.click();
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const list = items();
  const at = list.indexOf(current());
  const does = {
    j: () => press("[data-next-case]"),
    k: () => press("[data-previous-case]"),
    n: () => choose(list[Math.min(list.length - 1, at + (document.querySelector(".finding-item[aria-current=true]") ? 1 : 0))]),
    p: () => choose(list[Math.max(0, at - 1)]),
    a: () => press("[data-decide=approve]"),
    x: () => press("[data-decide=reject]"),
    r: () => press("[data-ask-change]"),
    o: () => press("[data-ask-override]"),
    d: () => current()?.querySelector("[data-decide=dismiss_finding]")?.click(),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

if (dialog?.dataset.open === "1") {
  dialog.showModal();
  form.elements.reason.focus();
}
