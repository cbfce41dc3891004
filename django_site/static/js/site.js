// On every page: ids that copy themselves, times in the reader's zone, files dropped, forms sent once.

class CopyId extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    const label = button.getAttribute("aria-label");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.value);
      button.setAttribute("aria-label", "✓ " + label);
      button.classList.add("copied");
      setTimeout(() => { button.setAttribute("aria-label", label); button.classList.remove("copied"); }, 2000);
    });
  }
}
customElements.define("copy-id", CopyId);

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
function tellLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime*=T]:not([title])")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = local.format(at);
  }
}
tellLocalTimes(document);
document.addEventListener("htmx:load", (event) => tellLocalTimes(event.target));

// A form that was sent is not sent again by an impatient second click; coming back makes it usable anew.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The verify page: drop a file anywhere on the frame; a file beyond the limit is refused before it travels.
class DropFile extends HTMLElement {
  connectedCallback() {
    const form = this.closest("form");
    const input = this.querySelector("input[type=file]");
    const said = this.querySelector("[role=alert]");
    const limit = Number(this.dataset.limit);
    const send = () => {
      const file = input.files[0];
      if (!file) return;
      if (limit && file.size > limit && !this.closest("verify-here")) {
        said.textContent = this.dataset.tooLarge;
        said.hidden = false;
        input.value = "";
        return;
      }
      said.hidden = true;
      this.dataset.busy = "1";
      form.requestSubmit();
    };
    input.addEventListener("change", send);
    for (const kind of ["dragenter", "dragover"]) {
      this.addEventListener(kind, (event) => { event.preventDefault(); this.firstElementChild.classList.add("over"); });
    }
    for (const kind of ["dragleave", "drop"]) {
      this.addEventListener(kind, () => this.firstElementChild.classList.remove("over"));
    }
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      send();
    });
  }
}
customElements.define("drop-file", DropFile);

// Passkeys: offered where the browser has them; what goes wrong is said beside the button.
if (window.PublicKeyCredential) {
  for (const offer of document.querySelectorAll("[data-passkey]")) offer.hidden = false;
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const said of document.querySelectorAll("[data-passkey-failed]")) said.hidden = false;
});
