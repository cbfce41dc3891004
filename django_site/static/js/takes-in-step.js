// Several takes of a shot that play in step. Without this file each has its own controls.
const DRIFT = 0.08; // seconds that the eye does not see

class TakesInStep extends HTMLElement {
  connectedCallback() {
    this.films = [...this.querySelectorAll("video")];
    const transport = this.querySelector(".transport");
    if (!transport || this.films.length < 2) return;
    transport.hidden = false;
    this.button = transport.querySelector("[data-do=play]");
    this.words = this.button.textContent;
    transport.addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      if (what === "play") this.toggle();
      if (what === "again") for (const film of this.films) film.currentTime = 0;
    });
    this.films[0].addEventListener("timeupdate", () => this.follow());
  }

  toggle() {
    const stopped = this.films[0].paused;
    for (const film of this.films) {
      if (stopped) film.play().catch(() => {});
      else film.pause();
    }
    if (stopped) this.follow();
  }

  follow() {
    const [first, ...others] = this.films;
    for (const film of others) {
      if (Math.abs(film.currentTime - first.currentTime) > DRIFT && film.duration) film.currentTime = Math.min(first.currentTime, film.duration);
    }
  }
}

customElements.define("takes-in-step", TakesInStep);
