// What a film was made of: arrow keys follow the lines from box to box, the box under the pointer or the focus shows its
// neighbours, and the drawing can be made larger and smaller. Enter goes to the row of the table.

class ProvenanceGraph extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.svg = this.querySelector("svg.graph");
    this.scroll = this.querySelector(".graph-scroll");
    this.size = [Number(this.svg.getAttribute("width")), Number(this.svg.getAttribute("height"))];
    this.boxes = new Map([...this.svg.querySelectorAll("a[data-node]")].map((box) => [box.dataset.node, box]));
    this.lines = [...this.svg.querySelectorAll("path[data-from]")];
    for (const [name, on] of [["focusin", true], ["mouseover", true], ["focusout", false], ["mouseout", false]]) {
      this.svg.addEventListener(name, (event) => this.mark(event.target.closest("a[data-node]"), on));
    }
    this.svg.addEventListener("keydown", (event) => this.walk(event));
    const tools = this.querySelector(".graph-tools");
    tools.hidden = false;
    this.share = 1;
    tools.addEventListener("click", (event) => this.zoom(event.target.closest("[data-zoom]")?.dataset.zoom));
  }
  mark(box, on) {
    for (const one of this.svg.querySelectorAll(".near")) one.classList.remove("near");
    if (!box || !on) return;
    const node = box.dataset.node;
    box.classList.add("near");
    for (const id of box.dataset.near.split(" ")) this.boxes.get(id)?.classList.add("near");
    for (const line of this.lines) if (line.dataset.from === node || line.dataset.to === node) line.classList.add("near");
  }
  // Left and right follow the lines; up and down stay in the column.
  walk(event) {
    const box = event.target.closest("a[data-node]");
    if (!box || !event.key.startsWith("Arrow")) return;
    const place = (one) => { const drawn = one.querySelector("rect"); return [Number(drawn.getAttribute("x")), Number(drawn.getAttribute("y"))]; };
    const [x, y] = place(box);
    const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const sign = event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 1;
    const from = across ? box.dataset.near.split(" ").map((id) => this.boxes.get(id)).filter(Boolean) : [...this.boxes.values()];
    const there = from
      .map((one) => [one, ...place(one)])
      .filter(([one, left, top]) => one !== box && (across ? sign * (left - x) > 0 : left === x && sign * (top - y) > 0))
      .sort((a, b) => Math.abs(a[1] - x) - Math.abs(b[1] - x) || Math.abs(a[2] - y) - Math.abs(b[2] - y));
    if (!there.length) return;
    event.preventDefault();
    there[0][0].focus();
  }
  zoom(how) {
    if (!how) return;
    const whole = Math.min(1, this.scroll.clientWidth / this.size[0]);
    this.share = how === "fit" ? whole : Math.min(3, Math.max(whole / 2, this.share * (how === "in" ? 1.25 : 0.8)));
    this.svg.setAttribute("width", Math.round(this.size[0] * this.share));
    this.svg.setAttribute("height", Math.round(this.size[1] * this.share));
  }
}
customElements.define("provenance-graph", ProvenanceGraph);
