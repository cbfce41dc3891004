// The player of a screening: it tells what the viewer agreed to, once each, also after the connection was away.
//
// On the room (the element with data-player) "reelproof:signal" carries every signal, ours and those of other scripts:
// detail {kind, at, to, value, film}. Who swaps the film sets the room's data-film and the video's src.

const BEAT_MS = 5000, CALM_MS = 15_000, SOON_MS = 800, LONGEST_MS = 60_000;
const BATCH = 60; // signals at once: with keepalive a browser sends at most 64 kB, also while the page goes away
const PURPOSE = { reaction: "reactions", comment: "reactions", answer: "answers" };

const room = document.querySelector("[data-player]");
const video = room.querySelector("video");
const status = room.querySelector("[data-status]");
const words = room.dataset;
const purposes = new Set(words.purposes.split(" ").filter(Boolean));

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const say = (text) => { if (status.textContent !== text) status.textContent = text; };
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// ---- what waits to be sent: a key a signal in the browser's store, so that two tabs can't lose each other's

const PREFIX = "reelproof:signal:", MINE = `${PREFIX}${words.viewer}:`;
let stopped = purposes.size === 0;
let memory = new Map(); // where the browser keeps nothing (private windows of some), the page itself does

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch { return []; }
}
function keep(key, text) {
  try { localStorage.setItem(key, text); } catch { memory.set(key, text); }
}
function drop(key) {
  memory.delete(key);
  try { localStorage.removeItem(key); } catch { /* nothing was kept there */ }
}
function read(key) {
  try { return memory.get(key) ?? localStorage.getItem(key); } catch { return memory.get(key); }
}
for (const key of keys()) if (stopped || !key.startsWith(MINE)) drop(key); // another seat's can never be sent from here

const waiting = () => [...new Set([...keys(), ...memory.keys()])].filter((key) => key.startsWith(MINE)).sort();

function nextSeq() {
  const name = `reelproof:seq:${words.viewer}`;
  let seq = Math.floor(performance.now());
  try {
    seq = Number(localStorage.getItem(name) ?? 0) + 1;
    localStorage.setItem(name, String(seq));
  } catch { memory.set(name, seq = Number(memory.get(name) ?? 0) + 1); }
  return seq;
}

room.addEventListener("reelproof:signal", ({ detail }) => {
  if (stopped || !purposes.has(PURPOSE[detail.kind] ?? "watching")) return;
  const seq = nextSeq();
  const key = crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (+c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> +c / 4).toString(16));
  const round = (moment) => Math.round(moment * 1000) / 1000;
  const signal = { key, kind: detail.kind, at: round(detail.at ?? video.currentTime), seq, said: Date.now() };
  if (detail.to !== undefined && detail.to !== null) signal.to = round(detail.to);
  if (detail.value) signal.value = String(detail.value);
  keep(`${MINE}${String(seq).padStart(10, "0")}:${key}`, JSON.stringify({ film: detail.film ?? words.film, signal }));
  schedule(PURPOSE[detail.kind] || detail.kind === "choice" || detail.kind === "end" ? SOON_MS : CALM_MS * (0.8 + 0.4 * Math.random())); // not everybody at once
});
const tell = (kind, more = {}) =>
  room.dispatchEvent(new CustomEvent("reelproof:signal", { detail: { kind, film: words.film, ...more } }));

// ---- sending: in order, a film at a time; again and more and more seldom while there is no connection

let timer = 0, due = Infinity, sending = false, failures = 0;
function schedule(after) {
  const at = Date.now() + after;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(() => { due = Infinity; flush(); }, after);
}
function stop() {
  stopped = true;
  purposes.clear();
  clearTimeout(timer);
  for (const key of waiting()) drop(key);
  for (const part of document.querySelectorAll("[data-reactions], [data-comment]")) part.hidden = true;
  say(words.stopped);
}
function nextBatch() {
  const batch = [];
  let film = null;
  for (const key of waiting()) {
    let one = null;
    try { one = JSON.parse(read(key)); } catch { /* not ours */ }
    if (!one?.signal) { drop(key); continue; }
    film ??= one.film;
    if (one.film !== film) break;
    batch.push([key, one.signal]);
    if (batch.length >= BATCH || batch.reduce((n, [, s]) => n + 220 + 3 * (s.value?.length ?? 0), 0) > 48_000) break;
  }
  return { film, batch };
}
async function flush() {
  if (sending || stopped) return;
  const { film, batch } = nextBatch();
  if (!batch.length) return;
  sending = true;
  let again = 0;
  try {
    const answer = await fetch(words.signals, {
      method: "POST", keepalive: true, credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ film, sent: Date.now(), signals: batch.map(([, signal]) => signal) }),
    });
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    const told = await answer.json().catch(() => ({}));
    if (told.stop) { stop(); return; }
    if (answer.status === 403) throw new Error("the token against forged forms is old"); // kept, and sent by the next page
    for (const [key] of batch) drop(key);
    failures = 0;
    const refused = told.error ?? told.refused?.find((one) => batch.some(([, s]) => s.key === one.key && s.value))?.why;
    say(refused ?? words.saved);
    again = waiting().length ? 50 : 0;
  } catch {
    failures += 1;
    say(words.waiting);
    again = Math.min(LONGEST_MS, 1000 * 2 ** failures) * (0.75 + Math.random() / 2);
  } finally {
    sending = false;
    if (again && !stopped) schedule(again);
  }
}
window.addEventListener("online", () => { failures = 0; flush(); });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });
window.addEventListener("pagehide", () => { if (video.currentTime > 0) tell("leave"); flush(); });
if (waiting().length) schedule(SOON_MS);

// ---- what the film does

let last = null, from = null;
video.addEventListener("play", () => tell("play"));
video.addEventListener("pause", () => { if (!video.ended && !video.seeking) tell("pause"); });
video.addEventListener("ended", () => { tell("end", { at: video.duration }); ask(Infinity); });
video.addEventListener("timeupdate", () => {
  if (video.seeking) return;
  last = video.currentTime;
  ask(last);
  moments();
});
video.addEventListener("seeking", () => { from ??= last; });
video.addEventListener("seeked", () => {
  if (from !== null && Math.abs(video.currentTime - from) >= 0.5) tell("seek", { at: from, to: video.currentTime });
  from = null;
  last = video.currentTime;
  moments();
});
video.addEventListener("emptied", () => { last = from = null; });
setInterval(() => { if (!video.paused && !video.seeking && !video.ended) tell("beat"); }, BEAT_MS);

// ---- reactions and comments

function moments() {
  for (const part of document.querySelectorAll("[data-now]")) part.textContent = clock(video.currentTime);
}
const buttons = [...room.querySelectorAll("[data-reaction]")];
if (buttons.length) room.querySelector("[data-reactions]").hidden = false;
function react(button) {
  tell("reaction", { value: button.dataset.reaction });
  say(`${button.dataset.reaction}: ${words.noted} ${clock(video.currentTime)}`);
}
for (const button of buttons) button.addEventListener("click", () => react(button));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const button = buttons[Number(event.key) - 1];
  if (button && !button.parentElement.hidden) { event.preventDefault(); react(button); }
});
const comment = document.querySelector("[data-comment]");
if (comment) {
  comment.hidden = false;
  moments();
  comment.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = comment.elements.comment.value.trim();
    if (!text) return;
    tell("comment", { value: text });
    say(`${words.commentKept} ${clock(video.currentTime)}`);
    comment.reset();
  });
}

// ---- questions: at their moment beside the film, the others after it

const form = document.querySelector("[data-answers]");
const card = document.querySelector("[data-ask]");
const later = [...(form?.querySelectorAll("[data-at]") ?? [])];
const answerOf = (set) => set.querySelector("input:checked, textarea")?.value.trim() ?? "";
function answer(set) {
  const value = answerOf(set);
  if (value) tell("answer", { value: `${set.dataset.question}=${value}` });
  return Boolean(value);
}
function ask(moment) {
  if (!card.hidden || stopped) return;
  const set = later.find((one) => Number(one.dataset.at) <= moment && moment < Number(one.dataset.at) + 20);
  if (!set) return;
  later.splice(later.indexOf(set), 1);
  const home = document.createComment("");
  set.replaceWith(home);
  const send = document.createElement("button");
  send.type = "button";
  send.textContent = form.querySelector("button").textContent;
  send.addEventListener("click", () => {
    const said = answer(set);
    home.replaceWith(set);
    card.replaceChildren();
    card.hidden = true;
    if (said) { set.disabled = true; say(words.thanks); }
  });
  card.append(set, send);
  card.hidden = false;
}
form?.addEventListener("submit", (event) => {
  if (stopped) return;
  event.preventDefault();
  const said = [...form.querySelectorAll("fieldset:not(:disabled)")].filter((set) => answer(set)).length;
  if (!said) return;
  form.reset();
  say(words.thanks);
  const thanks = document.createElement("p");
  thanks.setAttribute("role", "status");
  thanks.textContent = words.thanks;
  form.querySelector("button").replaceWith(thanks);
});

// ---- words for who doesn't hear or doesn't see

function toggle(button, on, change) {
  if (!button) return;
  button.hidden = false;
  const set = (pressed) => { button.setAttribute("aria-pressed", String(pressed)); change(pressed); };
  set(on);
  button.addEventListener("click", () => set(button.getAttribute("aria-pressed") !== "true"));
}
const tracks = (kind) => [...video.textTracks].filter((track) => track.kind === kind);
const language = room.querySelector("[data-language-choice]");
let captioned = false;
function captions(on) { // of several languages the chosen one
  captioned = on;
  const wanted = language?.value ?? "";
  for (const element of video.querySelectorAll("track[kind=captions]")) {
    const chosen = (element.dataset.language ?? "") === wanted;
    element.track.mode = on && chosen ? "showing" : chosen ? "hidden" : "disabled";
  }
}
toggle(room.querySelector("[data-captions]"), Boolean(language?.value), captions);
if (language) {
  language.closest("[data-languages]").hidden = false;
  language.addEventListener("change", () => captions(captioned));
}
const seen = room.querySelector("[data-seen]"), speak = room.querySelector("[data-speak]");
let aloud = false;
function described() {
  const [track] = tracks("descriptions");
  const cue = track?.mode === "hidden" ? track.activeCues?.[0] : null;
  const text = cue ? cue.getCueAsHTML().textContent : "";
  if (seen.textContent === text) return;
  seen.textContent = text;
  if (aloud && text) { speechSynthesis.cancel(); speechSynthesis.speak(new SpeechSynthesisUtterance(text)); }
}
for (const track of tracks("descriptions")) {
  track.mode = "disabled";
  track.addEventListener("cuechange", described);
}
if (tracks("descriptions").length) {
  toggle(room.querySelector("[data-describe]"), false, (on) => {
    for (const track of tracks("descriptions")) track.mode = on ? "hidden" : "disabled";
    seen.classList.toggle("on", on);
    described();
  });
  if ("speechSynthesis" in window) toggle(speak, false, (on) => { aloud = on; if (!on) speechSynthesis.cancel(); });
}
