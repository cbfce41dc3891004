// The verify page checks a chosen file in the browser, with the reader of the C2PA project in a worker. Nothing is sent
// until the visitor asks the server. The rules are those of the server: the worst link of the chain decides.

const SIGNER = ["signingCredential.", "timeStamp.", "claimSignature.outsideValidity", "cawg.x509.", "cawg.ica."];
const MATCHES = ["bmffHash", "dataHash", "boxesHash", "collectionHash", "multiAssetHash"].map((one) => `assertion.${one}.match`);
const PASSED = ["validated", "trusted", "match", "insideValidity", "notRevoked", "accessible"];
const RANK = { Trusted: 0, NoCredentials: 0, Valid: 1, Unreadable: 2, Changed: 3 };
const MOST_LINKS = 2000, DEEPEST = 24, PATIENCE = 60000;

const list = (value) => (Array.isArray(value) ? value : []);
const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const plain = (value, most = 200) =>
  typeof value === "string" ? value.slice(0, 4 * most).replace(/[\p{C}\s]+/gu, " ").trim().slice(0, most) : "";
const aboutSigner = (code) => SIGNER.some((start) => code.startsWith(start));
// The reader in the browser has no list of organisations: what it says of them is not held against the file.
const aboutOrganisation = (entry) => /\/c2pa\.assertions\/cawg\.identity(__\d+)?$/.test(String(entry.url)) && String(entry.code).startsWith("signingCredential.");

const UTC = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const moment = (text) => (Number.isNaN(Date.parse(text)) ? text : `${UTC.format(new Date(text))} UTC`);

const has = (map, key) => Object.prototype.hasOwnProperty.call(object(map), key);
const own = (map, key) => (has(map, key) ? map[key] : undefined);

function codes(results, kind) {
  const found = new Map();
  for (const entry of list(object(results)[kind])) {
    const one = object(entry);
    if (!aboutOrganisation(one)) found.set(String(one.code), plain(String(one.explanation ?? "")));
  }
  return found;
}

const KINDS = [
  [[0xff, 0xd8, 0xff], "image/jpeg"], [[0x89, 0x50, 0x4e, 0x47], "image/png"], [[0x47, 0x49, 0x46, 0x38], "image/gif"],
  [[0x49, 0x49, 0x2a, 0], "image/tiff"], [[0x4d, 0x4d, 0, 0x2a], "image/tiff"], [[0x25, 0x50, 0x44, 0x46], "application/pdf"],
  [[0x49, 0x44, 0x33], "audio/mpeg"], [[0xff, 0xfb], "audio/mpeg"],
];
async function mediaType(file) {
  const head = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  const word = (at) => String.fromCharCode(...head.slice(at, at + 4));
  if (word(4) === "ftyp") {
    const brand = word(8);
    if (["avif", "avis"].includes(brand)) return "image/avif";
    if (["heic", "heix", "mif1"].includes(brand)) return "image/heic";
    return { "qt  ": "video/quicktime", "M4A ": "audio/mp4" }[brand] ?? "video/mp4";
  }
  if (word(0) === "RIFF") return { WEBP: "image/webp", WAVE: "audio/wav", "AVI ": "video/avi" }[word(8)];
  for (const [magic, kind] of KINDS) if (magic.every((byte, at) => head[at] === byte)) return kind;
  return new TextDecoder().decode(head).trimStart().match(/^(<svg|<\?xml[^]*<svg)/) ? "image/svg+xml" : undefined;
}

class Reader {
  constructor(where) {
    this.worker = new Worker(where, { type: "module" });
    this.waiting = new Map();
    this.asked = 0;
    this.worker.addEventListener("message", ({ data }) => {
      const one = this.waiting.get(data.id);
      if (!one) return;
      this.waiting.delete(data.id);
      if (data.error) one[1](data.error); else one[0](data.result);
    });
    this.worker.addEventListener("error", () => this.stop(new Error("worker")));
  }
  call(method, ...args) {
    const id = String((this.asked += 1));
    return new Promise((resolve, reject) => {
      this.waiting.set(id, [resolve, reject]);
      this.worker.postMessage({ method, args, id, channelName: "default" });
      setTimeout(() => this.waiting.has(id) && this.stop(new Error("slow")), PATIENCE);
    });
  }
  stop(error) {
    this.worker.terminate();
    for (const [, reject] of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

class Examination {
  constructor(store, words) {
    this.words = words;
    this.manifests = object(store.manifests);
    this.label = String(store.active_manifest ?? "");
    this.active = object(own(this.manifests, this.label));
    const results = object(store.validation_results);
    this.results = object(results.activeManifest);
    this.deltas = new Map(list(results.ingredientDeltas).map((one) => [String(one?.ingredientAssertionURI), object(one?.validationDeltas)]));
    this.links = [];
    this.top();
    this.walk(this.label, this.active, 1, [this.label]);
    for (const link of this.links) {
      if (RANK[link.state] > 0) this.reasons.push(...link.reasons);
      if (RANK[link.state] > RANK[this.state]) this.state = link.state;
    }
  }
  reason(code, detail, where) {
    const [said, remedy] = own(this.words.checks, code) ?? [`${code}: ${detail}`, ""];
    const start = where ? this.words.words.in.replace("%(title)s", where) : "";
    return { code, text: start ? start + said[0].toLowerCase() + said.slice(1) : said, remedy, where };
  }
  top() {
    const failures = codes(this.results, "failure"), passed = codes(this.results, "success");
    this.reasons = [...failures].map(([code, detail]) => this.reason(code, detail));
    const intact = passed.has("claimSignature.validated") && MATCHES.some((code) => passed.has(code));
    const trusted = list(this.results.success).some((one) => one?.code === "signingCredential.trusted" && one.url === `self#jumbf=/c2pa/${this.label}/c2pa.signature`);
    if (intact && trusted && passed.has("claimSignature.insideValidity") && !failures.size) this.state = "Trusted";
    else if (intact && [...failures.keys()].every(aboutSigner)) {
      this.state = "Valid";
      if (!this.reasons.length) this.reasons.push(this.reason("signingCredential.untrusted", ""));
    } else {
      this.state = "Changed";
      if (!this.reasons.length) this.reasons.push({ code: "invalid", text: this.words.words.damaged, remedy: "" });
    }
  }
  walk(label, manifest, depth, trail) {
    for (const ingredient of list(manifest.ingredients)) {
      if (this.links.length >= MOST_LINKS || depth > DEEPEST) {
        const reasons = [{ code: "chain.tooLong", text: this.words.words.too_far, remedy: "" }];
        this.links.push({ title: "…", relationship: "", state: "Unreadable", depth, reasons });
        return;
      }
      const below = object(ingredient).active_manifest;
      this.links.push(this.link(label, object(ingredient), depth));
      if (typeof below === "string" && has(this.manifests, below) && !trail.includes(below)) {
        this.walk(below, object(this.manifests[below]), depth + 1, [...trail, below]);
      }
    }
  }
  link(label, ingredient, depth) {
    const title = plain(ingredient.title) || this.words.words.untitled;
    const delta = object(this.deltas.get(`self#jumbf=/c2pa/${label}/c2pa.assertions/${ingredient.label}`));
    const results = object(ingredient.validation_results);
    const failures = codes(results.activeManifest, "failure");
    for (const entry of list(results.ingredientDeltas)) for (const [code, said] of codes(entry?.validationDeltas, "failure")) failures.set(code, said);
    for (const entry of list(ingredient.validation_status)) {
      const code = String(entry?.code);
      if (!PASSED.includes(code.split(".").pop())) failures.set(code, "");
    }
    if (codes(delta, "success").has("signingCredential.trusted")) failures.delete("signingCredential.untrusted");
    for (const [code, said] of codes(delta, "failure")) failures.set(code, said);
    const reasons = [...failures].map(([code, detail]) => this.reason(code, detail, title));
    const signed = typeof ingredient.active_manifest === "string";
    let state = "Trusted";
    if ([...failures.keys()].some((code) => !aboutSigner(code))) state = "Changed";
    else if (!signed) state = "NoCredentials";
    else if (!has(this.manifests, ingredient.active_manifest)) {
      state = "Changed";
      reasons.push(this.reason("ingredient.manifest.missing", "", title));
    } else if (failures.size) state = "Valid";
    else if (!ingredient.validation_results && !ingredient.validation_status) {
      state = "Valid";
      reasons.push({ code: "ingredient.unverified", text: this.words.words.in.replace("%(title)s", title) + this.words.words.unverified, remedy: "" });
    }
    return { title, relationship: plain(ingredient.relationship, 40), state, depth, reasons };
  }
  statement(name) {
    return object(list(this.active.assertions).find((one) => String(object(one).label).split("__")[0] === name)?.data);
  }
  facts() {
    const { words, made, oversight, audit: audits } = this.words;
    const signature = object(this.active.signature_info);
    const who = [plain(signature.common_name) || words.not_named, plain(signature.issuer)].filter(Boolean).join(", ");
    const actions = [...list(this.statement("c2pa.actions.v2").actions), ...list(this.statement("c2pa.actions").actions)].map(object);
    const source = (plain(actions.find((one) => one.digitalSourceType)?.digitalSourceType) || "").split("/").pop();
    const when = actions.map((one) => plain(one.when, 40)).filter(Boolean).sort().pop();
    const disclosure = this.statement("c2pa.ai-disclosure");
    const level = plain(object(disclosure.contentProfile).humanOversightLevel, 60);
    const model = plain(disclosure.modelName);
    const audit = this.statement("org.reelproof.audit"), review = this.statement("org.reelproof.review");
    const grants = list(this.statement("org.reelproof.consents").grants).length;
    const uses = new Set(Object.values(object(this.statement("cawg.training-mining").entries)).map((one) => object(one).use));
    const organisation = object(this.statement("cawg.identity").signature_info);
    const believed = this.state === "Trusted" || this.state === "Valid";
    if (this.state === "Trusted") this.reasons = [];
    return {
      title: plain(this.active.title) || words.untitled,
      signer: who + (organisation.issuer ? `. ${words.organisation.replace("%(who)s", plain(organisation.issuer))}` : ""),
      when: when ? `${moment(when)} (${signature.time ? words.stamped : words.own_word})` : words.not_said,
      made: source ? own(made, source) ?? source : words.not_said,
      model: model ? [words.with.replace("%(model)s", model), own(oversight, level) ?? level].filter(Boolean).join("; ") : "",
      audit: audit.verdict ? `${own(audits, audit.verdict) ?? plain(audit.verdict)}, ${moment(plain(audit.decidedAt, 40))}` : words.not_said,
      review: review.reviewer ? words.reviewed.replace("%(who)s", plain(review.reviewer)).replace("%(what)s", plain(review.decision)) + `, ${moment(plain(review.decidedAt, 40))}` : "",
      consents: grants ? words.grants.replace("%(n)s", grants) : words.nobody,
      changed: believed ? words.unchanged : words.changed,
      mining: uses.size ? (uses.size > 1 ? words.partly : uses.has("notAllowed") ? words.reserved : words.allowed) : "",
      manifest: plain(this.label), generator: plain(object(list(this.active.claim_generator_info)[0]).name), source,
      actions: actions.map((one) => plain(one.action, 60)).join(", "), believed,
    };
  }
}

class VerifyHere extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.said = this.querySelector("[role=status]");
    this.card = this.querySelector("[data-card]");
    this.ask = this.querySelector("[data-ask]");
    this.form.addEventListener("submit", (event) => {
      if (this.sending) return;
      event.preventDefault();
      this.check(this.input.files[0]);
    });
    this.ask.querySelector("button").addEventListener("click", () => {
      this.sending = true;
      this.form.requestSubmit();
    });
    window.addEventListener("pageshow", () => { this.sending = false; });
  }
  async load() {
    if (!this.loaded) {
      this.loaded = (async () => {
        const reader = new Reader(this.dataset.worker);
        const [module, document] = await Promise.all([
          WebAssembly.compileStreaming(fetch(this.dataset.wasm, { integrity: this.dataset.integrity })),
          fetch(this.dataset.document).then((answer) => answer.json()),
        ]);
        const settings = JSON.stringify(document.settings);
        await reader.call("initWorker", module, settings);
        return { reader, settings, words: document };
      })();
      this.loaded.catch(() => { this.loaded = null; });
    }
    return this.loaded;
  }
  async check(file) {
    if (!file) return;
    this.ask.hidden = this.card.hidden = true;
    this.say(this.querySelector("drop-file").dataset.checking);
    this.turn = (this.turn ?? 0) + 1;
    const turn = this.turn;
    try {
      const { reader, settings, words } = await this.load();
      const verdict = await this.verdict(file, reader, settings, words);
      if (turn === this.turn) this.show(file, verdict, words);
    } catch {
      this.loaded = null;
      if (turn === this.turn) this.say(this.querySelector("drop-file").dataset.unable);
    }
    if (turn !== this.turn) return;
    const large = file.size > Number(this.dataset.limit);
    this.ask.hidden = false;
    this.ask.querySelector("[data-too-large]").hidden = !large;
    this.ask.querySelector("button").hidden = large;
  }
  async verdict(file, reader, settings, words) {
    const kind = await mediaType(file);
    const nothing = (state, code, text) => ({ state, links: [], reasons: [{ code, text, remedy: "" }] });
    if (!kind) return nothing("Unreadable", "file.type", words.words.type);
    let id, store;
    try {
      id = await reader.call("reader_fromBlob", kind, file, settings);
      store = JSON.parse(await reader.call("reader_json", id));
    } catch (error) {
      const said = String(error?.message ?? error);
      if (said === "worker" || said === "slow") throw error;
      if (/JumbfNotFound/.test(said)) return nothing("NoCredentials", "manifest.notFound", words.words.none);
      if (/Remote/.test(said)) return nothing("NoCredentials", "manifest.remote", words.words.elsewhere);
      return nothing("Unreadable", "file.damaged", words.words.damaged);
    } finally {
      if (id !== undefined) reader.call("reader_free", id).catch(() => {});
    }
    return new Examination(object(store), words);
  }
  say(text) {
    this.said.textContent = text;
    this.said.hidden = !text;
  }
  show(file, verdict, words) {
    const card = this.querySelector("template").content.cloneNode(true).querySelector("article");
    const state = words.states[verdict.state];
    const facts = verdict.facts?.() ?? {};
    card.classList.add(`verdict-${state.tone}`);
    card.querySelector(`[data-seal=${verdict.state}]`).hidden = false;
    const put = { ...facts, word: state.word, meaning: state.meaning, file: file.name, codes: verdict.reasons.map((one) => one.code).join(" ") };
    for (const slot of card.querySelectorAll("[data-put]")) slot.textContent = put[slot.dataset.put] ?? "";
    const part = (name, shown) => { for (const one of card.querySelectorAll(`[data-part=${name}]`)) one.hidden = !shown; };
    part("reasons", verdict.reasons.length);
    part("facts", verdict.facts);
    part("disbelieve", !facts.believed);
    part("mining", facts.mining);
    part("chain", verdict.links.length);
    for (const reason of verdict.reasons.slice(0, 50)) {
      const line = document.createElement("li"), remedy = document.createElement("span");
      remedy.className = "soft";
      remedy.textContent = reason.remedy;
      line.append(`${reason.text} `, remedy);
      card.querySelector("[data-list=reasons]").append(line);
    }
    const rows = card.querySelector("[data-list=chain]"), labels = rows.dataset.labels.split("|");
    for (const link of verdict.links.slice(0, 200)) {
      const row = rows.insertRow();
      const carried = link.state === "NoCredentials" ? words.words.not_carried : words.states[link.state].word;
      [`${"↳ ".repeat(link.depth - 1)}${link.title}`, own(words.relationships, link.relationship) ?? link.relationship, carried].forEach((text, at) => {
        const cell = row.insertCell();
        cell.textContent = text;
        cell.dataset.label = labels[at];
      });
    }
    this.say("");
    this.card.replaceChildren(card);
    this.card.hidden = false;
    card.focus();
  }
}
customElements.define("verify-here", VerifyHere);
