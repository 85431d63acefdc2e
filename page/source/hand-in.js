// The page: reads the invitation from the address, checks a key, asks the server, shows the answer.
//
// `MESSAGES` (English to Chinese) and `API` (where the key goes) stand before this file in the built page.
// Texts reach the document as text only, never as HTML.

const WAIT_LIMIT = 45000; // milliseconds; the function itself answers within 30 seconds
const SLOW = 6000; // milliseconds after which a person is told that it takes long
const LARGEST_FILE = 65536; // bytes; no public key that the server takes is longer
const TYPING = 350; // milliseconds without a change after which a text is looked at

const at = (id) => document.getElementById(id);

let language = /^zh\b/i.test(navigator.language || "") ? "zh" : "en";
let invitation = null; // {token, name, until}
let state = { phase: "empty" };
let asking = null; // the AbortController of the request that is under way
let typing = 0;
let ticking = 0;

// ---- language ----

// Return a sentence in the person's language, with its {placeholders} filled in.
function t(sentence, values = {}) {
  const text = language === "zh" ? MESSAGES[sentence] || sentence : sentence;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Put a sentence into an element; what stands between `backticks` is code.
function write(element, sentence) {
  element.replaceChildren(
    ...sentence.split("`").map((part, index) => {
      if (index % 2 === 0) return document.createTextNode(part);
      const code = document.createElement("code");
      code.textContent = part;
      return code;
    }),
  );
}

const translated = Array.from(document.querySelectorAll("[data-text]"), (element) => [element, element.textContent]);

function showLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const [element, sentence] of translated) write(element, t(sentence));
  const other = language === "zh" ? { lang: "en", text: "English" } : { lang: "zh-CN", text: "中文" };
  at("language").lang = other.lang;
  at("language").textContent = other.text;
}

// ---- the invitation ----

// Take the token out of the address, so that neither the address bar nor the history keeps it.
function takeInvitation() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return /^[\w-]+\.[\w-]+$/.test(token) ? { token, ...readPayload(token) } : null;
}

// Return what the token says for people; only the server can tell whether it is true.
function readPayload(token) {
  try {
    const encoded = token.split(".")[0].replace(/-/g, "+").replace(/_/g, "/");
    const octets = Uint8Array.from(atob(encoded), (octet) => octet.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(octets));
    return { name: String(payload.keyName || ""), until: Number(payload.exp) || 0 };
  } catch {
    return { name: "", until: 0 };
  }
}

// ---- the key ----

function look(text) {
  stopAsking();
  const verdict = judge(text);
  // A private key does not even stay in the field.
  if (verdict.why === "private") at("text").value = "";
  if (verdict.kind !== "key") {
    state = verdict.kind === "empty" ? { phase: "empty" } : { phase: "refused", why: verdict.why, joined: verdict.joined };
    return render();
  }
  state = { phase: "asking", key: verdict, dryRun: true };
  render();
  return fingerprintOf(verdict.blob).then((fingerprint) => {
    if (state.key !== verdict) return undefined;
    verdict.fingerprint = fingerprint;
    return ask(true);
  });
}

// Return the fingerprint as ssh-keygen prints it; "" where the browser does not compute one (plain http).
async function fingerprintOf(blob) {
  if (!globalThis.crypto || !crypto.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", blob));
  return `SHA256:${btoa(String.fromCharCode(...digest)).replace(/=+$/, "")}`;
}

async function lookAtFile(file) {
  stopAsking();
  if (file.size > LARGEST_FILE) {
    at("text").value = "";
    state = { phase: "refused", why: "large" };
    return render();
  }
  const octets = new Uint8Array(await file.arrayBuffer());
  // PowerShell writes UTF-16 where other programs write UTF-8.
  const wide = octets[0] === 0xff && octets[1] === 0xfe ? "utf-16le" : octets[0] === 0xfe && octets[1] === 0xff ? "utf-16be" : "utf-8";
  const text = new TextDecoder(wide).decode(octets);
  if (!isPrivate(text)) at("text").value = text.trim();
  return look(text);
}

// ---- the server ----

// Ask for a verdict (dry run) or for the import, and show what comes back.
async function ask(dryRun) {
  const { key } = state;
  stopAsking();
  const mine = (asking = new AbortController());
  state = { phase: "asking", key, dryRun };
  render();
  const slow = setTimeout(() => {
    state = { ...state, slow: true };
    render();
  }, SLOW);
  const limit = setTimeout(() => mine.abort(), WAIT_LIMIT);
  let answer;
  try {
    answer = await post({ publicKey: `ssh-rsa ${key.field}`, dryRun }, mine.signal);
  } catch {
    answer = { status: 0, body: {} };
  }
  clearTimeout(slow);
  clearTimeout(limit);
  if (asking !== mine) return; // another text has been looked at since
  asking = null;
  state = afterAnswer(answer, key, dryRun);
  render();
  if (state.phase === "done") at("outcome").focus();
}

async function post(body, signal) {
  const reply = await fetch(API, {
    method: "POST",
    headers: {
      Authorization: `Invitation ${invitation.token}`,
      "Content-Type": "application/json",
      "Accept-Language": language === "zh" ? "zh-CN" : "en",
    },
    body: JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal,
  });
  const value = await reply.json().catch(() => ({}));
  return { status: reply.status, body: value && typeof value === "object" ? value : {} };
}

function afterAnswer({ status, body }, key, dryRun) {
  const good = (status === 200 || status === 201) && typeof body.result === "string";
  if (good && key.fingerprint && body.fingerprint !== key.fingerprint) return { phase: "problem", key, dryRun, problem: { code: "another-key" } };
  if (good && (!dryRun || body.result === "unchanged")) return { phase: "done", result: body };
  if (good) return { phase: "ready", key };
  return { phase: "problem", key, dryRun, problem: status && body.code ? body : { code: status ? "unreadable" : "no-answer", retryable: true } };
}

function stopAsking() {
  if (asking) asking.abort();
  asking = null;
}

// ---- what is shown ----

// Each reason of check.js: what the text is, and what to do.
const REFUSALS = {
  private: () => [
    t("This is a private key, so it was not sent"),
    t("It stayed in your browser and has been removed from this page. The private half of a key belongs to you alone: never paste it anywhere."),
    t("Hand in the public half: the file of the same name that ends in `.pub`. If it is lost, `ssh-keygen -y -f FILE` prints it. PuTTYgen shows it as “Public key for pasting”."),
  ],
  "other-type": () => [
    t("This is not an RSA key"),
    t("Tencent Cloud takes RSA keys only. The key that you have stays as it is; make an RSA key beside it:"),
    t("`ssh-keygen -t rsa -b 3072 -f id_rsa_tencent`, then hand in `id_rsa_tencent.pub`."),
  ],
  certificate: () => [
    t("This is a certificate, not a key"),
    t("Hand in the RSA key that the certificate was made for: the `.pub` file whose name lacks `-cert`."),
  ],
  several: () => [t("There is more than one key in the text"), t("Hand in one key: the one line of one `.pub` file.")],
  wrapped: () => [
    t("The key is broken into pieces"),
    t("Line ends or blanks have come into it, as terminals and mail programs do. The pieces fit together without doubt: join them, and compare the fingerprint."),
  ],
  ssh2: () => [
    t("This is a public key in another form"),
    t("`ssh-keygen -i -f FILE` prints it in the form that is needed here. PuTTYgen shows it as “Public key for pasting”."),
  ],
  pem: () => [
    t("This is not a public key as OpenSSH writes it"),
    t("If it is a public key in PEM form, `ssh-keygen -i -m PKCS8 -f FILE` prints the line that is needed here. Otherwise hand in the file that ends in `.pub`."),
  ],
  fingerprint: () => [t("This is a fingerprint, not the key itself"), t("Hand in the one line in the `.pub` file.")],
  path: () => [t("This is the name of a file, not the key itself"), t("Choose the file with the button, or paste the line that is in it.")],
  large: () => [t("This file is too large for a public key"), t("Choose the file whose name ends in `.pub`; it is smaller than 4 KB.")],
  damaged: () => [
    t("The key is damaged or cut off"),
    t("Copy the whole line once more, straight out of the `.pub` file, or choose the file."),
  ],
  "not-a-key": () => [
    t("This is not the line of a public key"),
    t("The line begins with `ssh-rsa` and a blank, and nothing stands before it. Copy it straight out of the `.pub` file, or choose the file."),
  ],
};

// The server's problems that mean something else to a person on this page than to a program.
const PROBLEMS = {
  unauthenticated: () => [
    t("This invitation is not valid"),
    t("It has expired, was withdrawn, or the link is damaged. Ask whoever invited you for a new one. Nothing was imported by this attempt."),
  ],
  "key-name-conflict": () => [
    t("Another key is there already"),
    t("A different key was handed in under this name, so yours was not imported, and nothing was overwritten."),
    t("If you handed in another key before, that one counts. If you did not, tell whoever invited you at once: somebody else may have used your invitation."),
  ],
  "public-key-conflict": () => [
    t("This key is there under another name"),
    t("One key can be handed in only once. Tell whoever invited you that the key is there already, or make another key and hand in that one."),
  ],
  "key-pair-quota": () => [
    t("There is no room for another key"),
    t("The account holds as many keys as it can. Tell whoever invited you; the link works again when there is room."),
  ],
  forbidden: () => [
    t("This invitation does not allow it any more"),
    t("The rules have changed since you were invited. Ask whoever invited you for a new invitation."),
  ],
  misconfigured: () => [
    t("The service is not set up correctly"),
    t("This is not your fault. Tell whoever invited you, with the reference below, and try again later: the link stays valid."),
  ],
  "upstream-busy": () => [t("The cloud is busy"), t("Nothing was imported. Please try again in a moment.")],
  "upstream-unreachable": () => [t("The cloud cannot be reached"), t("Nothing was imported. Please try again in a moment.")],
  "upstream-error": () => [t("The cloud gave an unexpected answer"), t("Please try again; if it stays so, tell whoever invited you, with the reference below.")],
  "outcome-unknown": () => [
    t("It is not known whether the key arrived"),
    t("Please try again: handing in the same key twice is safe, and the answer will then be certain."),
  ],
  "no-answer": () => [
    t("No answer came"),
    t("The connection may be interrupted. Please try again: handing in the same key twice is safe."),
  ],
  unreadable: () => [
    t("The answer cannot be read"),
    t("Please try again; if it stays so, tell whoever invited you."),
  ],
  "another-key": () => [
    t("The server has read another key"),
    t("The fingerprint of the answer is not that of your key. Do not go on, and tell whoever invited you."),
  ],
};

function noteOf() {
  if (state.phase === "refused") return { tone: "bad", lines: REFUSALS[state.why]() };
  if (state.phase === "asking" && state.dryRun) return { tone: "wait", lines: [t("Checking…"), t("Nothing is imported yet."), ...slowly()] };
  if (state.phase === "asking") return { tone: "wait", lines: [t("Handing in…"), ...slowly()] };
  if (state.phase === "ready") {
    return { tone: "good", lines: [t("This key can be handed in"), t("Compare the fingerprint above. Then hand the key in with the button below.")] };
  }
  if (state.phase !== "problem") return null;
  const { problem } = state;
  const own = PROBLEMS[problem.code];
  const lines = own ? own() : [problem.title, problem.detail, problem.remedy].filter((text) => typeof text === "string");
  return { tone: problem.retryable ? "wait" : "bad", lines, reference: problem.requestId };
}

function slowly() {
  return state.slow ? [t("This takes longer than usual. Please leave the page open.")] : [];
}

function note({ tone, lines: [title, ...paragraphs], reference }) {
  const box = document.createElement("div");
  box.className = `note ${tone}`;
  const heading = document.createElement("h2");
  write(heading, title);
  box.append(heading);
  for (const text of paragraphs) {
    const paragraph = document.createElement("p");
    write(paragraph, text);
    box.append(paragraph);
  }
  if (reference) {
    const paragraph = document.createElement("p");
    paragraph.className = "reference";
    paragraph.textContent = t("Reference: {id}", { id: reference });
    box.append(paragraph);
  }
  return box;
}

function render() {
  showLanguage();
  const { phase, key } = state;
  at("unusable").hidden = Boolean(invitation) || phase === "done";
  at("form").hidden = !invitation || phase === "done";
  at("done").hidden = phase !== "done";
  if (invitation) {
    at("name").textContent = invitation.name;
    at("until").textContent = written(invitation.until);
  }
  at("key").hidden = !key;
  if (key) {
    at("bits").textContent = t("{bits} bits", { bits: key.bits });
    at("fingerprint").textContent = key.fingerprint || t("This browser cannot compute it here; the server will.");
  }
  const shown = noteOf();
  at("verdict").replaceChildren(...(shown ? [note(shown)] : []));
  at("text").setAttribute("aria-invalid", String(phase === "refused"));
  at("join").hidden = !state.joined;
  const importing = phase === "asking" && !state.dryRun;
  at("send").hidden = phase !== "ready" && !importing;
  at("send").setAttribute("aria-disabled", String(importing));
  showAgain();
  if (phase === "done") showDone(state.result);
}

// Offer another attempt where one may help, after the time that the server asks for.
function showAgain() {
  clearInterval(ticking);
  const { phase, problem } = state;
  at("again").hidden = phase !== "problem" || !problem.retryable;
  if (at("again").hidden) return;
  const end = (state.until = state.until || Date.now() + 1000 * Math.min(Number(problem.retryAfter) || 0, 60));
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    at("again").setAttribute("aria-disabled", String(left > 0));
    at("again").textContent = left ? t("Try again in {seconds} s", { seconds: left }) : t("Try again");
    if (!left) clearInterval(ticking);
  };
  ticking = setInterval(tick, 250);
  tick();
}

function showDone(result) {
  const created = result.result === "created";
  at("outcome").textContent = created ? t("Done: your key is in place") : t("Your key is in place already");
  at("outcome-detail").textContent = created ? t("Thank you. There is nothing more to do here.") : t("The same key was handed in before. There is nothing more to do here.");
  at("done-name").textContent = result.keyName;
  at("done-id").textContent = result.keyId || "";
  at("done-region").textContent = result.region;
  at("done-bits").textContent = t("{bits} bits", { bits: result.bits });
  at("done-fingerprint").textContent = result.fingerprint;
}

function written(seconds) {
  if (!seconds) return "";
  const date = new Date(seconds * 1000);
  return date.toLocaleString(language === "zh" ? "zh-CN" : "en", { dateStyle: "medium", timeStyle: "short" });
}

// ---- events ----

function start() {
  stopAsking();
  invitation = takeInvitation();
  state = { phase: "empty" };
  render();
}

at("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  // Sentences of the server are in the language of the request that they answer.
  const { problem, dryRun } = state;
  if (problem && dryRun && !PROBLEMS[problem.code]) ask(true);
  else render();
});
at("text").addEventListener("input", () => {
  clearTimeout(typing);
  // What is said of a text that was taken out again stays.
  if (!at("text").value && state.phase === "refused") return;
  // A private key is taken out at once, everything else is looked at when the typing ends.
  if (isPrivate(at("text").value)) look(at("text").value);
  else typing = setTimeout(() => look(at("text").value), TYPING);
});
at("choose").addEventListener("click", () => at("file").click());
at("file").addEventListener("change", () => {
  const [file] = at("file").files;
  if (file) lookAtFile(file);
  at("file").value = "";
});
at("join").addEventListener("click", () => {
  at("text").value = state.joined;
  at("text").focus();
  look(state.joined);
});
at("again").addEventListener("click", () => {
  if (at("again").getAttribute("aria-disabled") !== "true") ask(state.dryRun);
});
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (state.phase === "ready") ask(false);
});

// A file that is dropped beside the field must not replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("dragover", () => at("drop").classList.add("over"));
document.addEventListener("dragleave", () => at("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  at("drop").classList.remove("over");
  if (at("form").hidden) return;
  const [file] = event.dataTransfer.files;
  const text = event.dataTransfer.getData("text");
  if (file) lookAtFile(file);
  else if (text) {
    if (!isPrivate(text)) at("text").value = text.trim();
    look(text);
  }
});
window.addEventListener("hashchange", () => {
  if (location.hash) start();
});

start();
