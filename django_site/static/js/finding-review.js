// The reviewer's keyboard on a finding: every key is also a link or button that says so, with its keys in data-keys.
// n j next · p k previous · a accept · d dismiss, with a reason

import { typing } from "./evidence-pair.js";

const dialog = document.getElementById("dismiss");

function ask() {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open=dismiss]") && dialog) ask();
  if (event.target.closest("[data-close]")) dialog.close();
});

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.repeat || event.key.length !== 1) return;
  const target = [...document.querySelectorAll("[data-keys]")].find((one) => one.dataset.keys.split(" ").includes(event.key));
  if (!target) return;
  event.preventDefault();
  target.click();
});

if (dialog?.dataset.open === "1") ask();
