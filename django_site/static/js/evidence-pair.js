// Two films in step over the stretch that was matched. The checked film leads; the work follows at its own speed.

const FRAME = 1 / 25;
const SLOWEST = 0.25, FASTEST = 4; // beyond these, playback stutters or falls silent
const DRIFT = 0.08; // seconds of drift that the eye does not see; beyond it the follower is put right

export class EvidencePair extends HTMLElement {
  connectedCallback() {
    this.query = this.querySelector("video.query");
    if (!this.query || this.ready) return;
    this.ready = true;
    this.reference = this.querySelector("video.reference");
    this.start = Number(this.dataset.start);
    this.end = Number(this.dataset.end);
    this.referenceStart = Number(this.dataset.referenceStart || 0);
    this.speed = Number(this.dataset.speed || 1) || 1;
    this.reversed = this.dataset.reversed === "1";
    this.referenceEnd = Number(this.dataset.referenceEnd || 0);
    // No browser plays backwards, nor at any speed: there the work is stepped frame by frame, as fast as it can seek.
    this.stepped = this.reversed || this.speed < SLOWEST || this.speed > FASTEST;
    this.curve = this.querySelector(".likeness svg");
    this.cursor = this.querySelector(".likeness .cursor");
    this.output = this.querySelector("output");
    this.playButton = this.querySelector("[data-do=play]");
    const transport = this.querySelector(".transport");
    if (transport) transport.hidden = false;
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.act(button.dataset.do, button);
    });
    this.query.addEventListener("timeupdate", () => this.follow());
    this.query.addEventListener("seeked", () => { this.follow(true); this.show(); });
    this.query.addEventListener("play", () => this.playing(true));
    this.query.addEventListener("pause", () => this.playing(false));
    if (this.reference && !this.stepped) this.reference.playbackRate = this.speed;
    if (this.curve) {
      const place = (event) => {
        const box = this.curve.getBoundingClientRect();
        const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
        const [from, to] = this.span();
        this.seek(from + share * (to - from));
      };
      this.curve.addEventListener("pointerdown", (event) => { this.curve.setPointerCapture(event.pointerId); place(event); });
      this.curve.addEventListener("pointermove", (event) => { if (event.buttons) place(event); });
    }
    const ready = () => { if (this.query.currentTime < this.start || this.query.currentTime > this.end) this.seek(this.start); else this.follow(true); this.show(); };
    if (this.query.readyState >= 1) ready(); else this.query.addEventListener("loadedmetadata", ready, { once: true });
  }

  span() {
    return [Number(this.dataset.curveStart ?? this.start), Number(this.dataset.curveEnd ?? this.end)];
  }

  act(what, button) {
    if (what === "play") this.toggle();
    if (what === "again") this.seek(this.start);
    if (what === "back") this.step(-FRAME);
    if (what === "forward") this.step(FRAME);
    if (what === "mirror") {
      const mirrored = this.querySelector(".reference").classList.toggle("mirrored");
      button.setAttribute("aria-pressed", String(mirrored));
    }
  }

  toggle() {
    if (this.query.paused) {
      if (this.query.currentTime >= this.end - 0.02 || this.query.currentTime < this.start) this.seek(this.start);
      this.query.play().catch(() => {});
    } else {
      this.query.pause();
    }
  }

  step(by) {
    this.query.pause();
    this.seek(Math.min(this.end, Math.max(this.start, this.query.currentTime + by)));
  }

  seek(to) {
    this.query.currentTime = to;
    this.show();
  }

  /** Where the work is when the checked film is where it is now. */
  partner() {
    const run = (this.query.currentTime - this.start) * this.speed;
    return this.reversed ? this.referenceEnd - run : this.referenceStart + run;
  }

  follow(exactly = false) {
    if (this.query.currentTime >= this.end && !this.query.paused) this.query.pause();
    if (!this.reference) return;
    const to = Math.max(0, this.partner());
    if (this.stepped && this.reference.seeking && !exactly) return; // the frame before is not there yet
    if (exactly || Math.abs(this.reference.currentTime - to) > DRIFT) this.reference.currentTime = to;
  }

  playing(on) {
    if (this.playButton) this.playButton.setAttribute("aria-pressed", String(on));
    if (this.reference) {
      this.follow(true);
      if (on && !this.stepped) this.reference.play().catch(() => {}); else this.reference.pause();
    }
    if (on) this.tick();
  }

  tick() {
    this.show();
    if (this.stepped) this.follow();
    if (!this.query.paused && this.isConnected) requestAnimationFrame(() => this.tick());
  }

  show() {
    const now = this.query.currentTime;
    if (this.output) this.output.textContent = now.toFixed(2) + " s" + (this.reference ? "  /  " + Math.max(0, this.partner()).toFixed(2) + " s" : "");
    if (!this.cursor) return;
    const [from, to] = this.span();
    const x = String(Math.min(1000, Math.max(0, (1000 * (now - from)) / (to - from || 1))));
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
    this.cursor.setAttribute("visibility", "visible");
  }
}
customElements.define("evidence-pair", EvidencePair);

/** Whether a key press belongs to something else: a field, a button, a player that has the focus, a chord. */
export function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
}

/** The pair that keys act on: the one under the focus, else the current one, else the first. */
export function activePair() {
  return document.activeElement?.closest("evidence-pair")
    ?? document.querySelector("[aria-current=true] evidence-pair")
    ?? document.querySelector("evidence-pair");
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  const pair = activePair();
  if (!pair?.query) return;
  const keys = { " ": "toggle", ",": "back", ".": "forward", "0": "again" };
  const what = keys[event.key];
  if (!what) return;
  if (event.key === " " && event.target.closest("button, a, summary, video")) return;
  event.preventDefault();
  if (what === "toggle") pair.toggle(); else pair.act(what);
});
