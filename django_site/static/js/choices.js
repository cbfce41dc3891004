// A choice beside the film: asked at the end of a shot, answered by a button, or by nothing: then the first answer counts.
//
// Every version was made beforehand, and is the same up to the choice: so the film is exchanged at the same moment of it.
// Nobody is hurried: the film can be stopped while one chooses, and stops by itself for who asks for that once.

const room = document.querySelector("[data-player]");
const video = room.querySelector("video");
const panel = room.querySelector("[data-choice]");
const told = JSON.parse(document.getElementById("choices").textContent);
const answers = panel.querySelector(".choice-answers");
const left = panel.querySelector("[data-choice-left]");
const said = room.querySelector("[data-choice-said]");
const stop = panel.querySelector("[data-choice-wait]");
const always = panel.querySelector("[data-choice-always]");
const EDGE = 0.08; // seconds: two frames at 24 a second, before which the default is taken

let film = told.film, open = null, wanted = false, swapping = false, last = 0, from = null;
const decided = new Map();

try { always.checked = localStorage.getItem("reelproof:stop-for-choices") === "1"; } catch { /* not kept */ }
always.addEventListener("change", () => {
  try { localStorage.setItem("reelproof:stop-for-choices", always.checked ? "1" : ""); } catch { /* not kept */ }
});

const moments = () => told.films[film]?.moments ?? [];
const offered = (moment) => moment.options.filter((option) => option.film);

function ask(moment) {
  open = moment;
  panel.querySelector("h2").textContent = moment.question;
  answers.replaceChildren(...moment.options.map((option) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = option.film ? option.name : `${option.name} (${option.why})`;
    button.disabled = !option.film;
    button.dataset.option = option.id;
    button.addEventListener("click", () => decide(option));
    return button;
  }));
  wanted = false;
  stop.hidden = false;
  panel.hidden = false;
  said.textContent = `${moment.question} ${said.dataset.goesOn}: ${offered(moment)[0].name}`;
  const here = document.activeElement;
  if (here === document.body || here === video || here === null) panel.focus({ preventScroll: true });
  if (document.fullscreenElement === video) document.exitFullscreen();
  else if (video.webkitDisplayingFullscreen) video.webkitExitFullscreen();
  if (always.checked) wait();
  remains();
}

function close() {
  const had = panel.contains(document.activeElement);
  open = null;
  panel.hidden = true;
  if (had) video.focus({ preventScroll: true });
}

function wait() {
  wanted = !video.paused || wanted;
  video.pause();
  left.textContent = said.dataset.waits;
  said.textContent = said.dataset.waits;
  if (document.activeElement === stop) answers.querySelector("button:enabled").focus({ preventScroll: true });
  stop.hidden = true;
}
stop.addEventListener("click", wait);

function remains() {
  if (!open || video.paused) return;
  const seconds = Math.max(0, Math.ceil(open.at - video.currentTime));
  left.textContent = `${said.dataset.goesOn} “${offered(open)[0].name}”: ${seconds} s`;
}

function decide(option) {
  const moment = open;
  const at = Math.min(video.currentTime, moment.at);
  decided.set(moment.id, option.id);
  room.dispatchEvent(new CustomEvent("reelproof:signal", {
    detail: { kind: "choice", at, value: `${moment.id}=${option.id}`, film },
  }));
  const goOn = wanted || !video.paused;
  close();
  said.textContent = `${said.dataset.chosen}: ${option.name}`;
  if (option.film === film) { if (goOn) video.play(); return; }
  exchange(option.film, at, goOn);
}

// The same moment of another version; words and the credential are then those of that version.
function exchange(next, at, goOn) {
  swapping = true;
  film = next;
  const other = told.films[next];
  const modes = [...video.textTracks].map((track) => track.mode);
  for (const track of video.querySelectorAll("track")) {
    const address = track.dataset.language ? other.translated[track.dataset.language] : other[track.kind];
    if (address) track.src = address; else track.removeAttribute("src");
  }
  room.dataset.film = next;
  video.src = other.src;
  video.addEventListener("loadedmetadata", () => {
    video.currentTime = Math.min(at, video.duration);
    [...video.textTracks].forEach((track, n) => { track.mode = modes[n]; });
    if (goOn) video.play();
  }, { once: true });
  video.addEventListener("seeked", () => { swapping = false; }, { once: true });
  for (const link of document.querySelectorAll("#credential a")) {
    link.href = link.href.includes("/disclosure") ? other.disclosure : other.credential;
  }
}

video.addEventListener("seeking", () => { from ??= last; });
video.addEventListener("seeked", () => { // gone back: one may choose anew
  const back = from !== null && video.currentTime < from;
  from = null;
  if (swapping || !back) return;
  for (const moment of moments()) if (video.currentTime < moment.at - EDGE) decided.delete(moment.id);
});
video.addEventListener("timeupdate", () => {
  if (swapping) return;
  const now = video.currentTime;
  last = now;
  if (open) {
    if (now < open.show - 0.5) close();
    else if (now >= open.at - EDGE) decide(offered(open)[0]);
    else remains();
    return;
  }
  const due = moments().find((one) => now >= one.show && now < one.at - EDGE && !decided.has(one.id));
  if (due) ask(due);
});
