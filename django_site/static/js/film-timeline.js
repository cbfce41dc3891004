// A timeline that belongs to a player: it shows where the film is, and a bar plays from its beginning.
// With data-leads, as on a finding's own page, a click leads to what the bar stands for instead.
// Arrow keys walk from bar to bar; Enter opens what the bar stands for, a click seeks and Shift-click opens.

class FilmTimeline extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.bars = [...this.querySelectorAll("a[data-start]")];
    this.addEventListener("keydown", (event) => {
      const at = this.bars.indexOf(event.target.closest("a"));
      if (at < 0) return;
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.bars.length - 1 }[event.key];
      if (to === undefined || !this.bars[to]) return;
      event.preventDefault();
      this.bars[to].focus();
    });
    const player = document.getElementById(this.dataset.player || "");
    if (!player) return;
    const head = this.querySelector(".playhead");
    const duration = Number(this.dataset.duration);
    const show = () => {
      const x = Math.min(100, (100 * player.currentTime) / duration) + "%";
      head.setAttribute("x1", x);
      head.setAttribute("x2", x);
      head.setAttribute("visibility", "visible");
      if (!player.paused && this.isConnected) requestAnimationFrame(show);
    };
    player.addEventListener("play", show);
    player.addEventListener("seeked", show);
    if (this.hasAttribute("data-leads")) return;
    this.addEventListener("click", (event) => {
      const bar = event.target.closest("a[data-start]");
      if (!bar || event.shiftKey || event.ctrlKey || event.metaKey || event.detail === 0) return;
      event.preventDefault();
      player.currentTime = Number(bar.dataset.start);
      player.play().catch(() => {});
    });
  }
}
customElements.define("film-timeline", FilmTimeline);
