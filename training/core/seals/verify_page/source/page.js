"use strict";

// The window: what is shown when, and what is dropped and typed. What is true is found out by checks.js.

const SHOWN_ROWS = 200;
const SHOWN_PROBLEMS = 200;
const PEM_LINE = 64;

const byId = (id) => document.getElementById(id);

const state = {
  data: null, // of this page itself, or of the pack that was dropped on a page without data
  dataText: "",
  seals: null, // what checkSeals found
  fileProblems: null, // null while no pack was read
  fileFacts: [],
  compared: null, // the last comparison
};

/** An element with a text and a class. */
function element(name, text, kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

const list = (id, texts, kind) => byId(id).replaceChildren(...texts.map((text) => element("li", text, kind)));
const show = (id, isShown) => byId(id).toggleAttribute("hidden", !isShown);

// What is known so far

function problemsSoFar() {
  return [...(state.seals?.problems ?? []), ...(state.fileProblems ?? [])];
}

/** The verdict: its kind ("good", "bad" or "wait"), a sentence, and what to do next. */
function verdict() {
  const problems = problemsSoFar();
  if (problems.length) return ["bad", say("verdictBad", { n: problems.length }), say("verdictBadHelp")];
  if (!state.seals) return ["wait", say("waiting"), ""];
  if (state.compared?.outcome === "unlike") return ["bad", say("verdictUnlike"), state.compared.text];
  const isCompared = state.compared?.outcome === "same";
  if (state.fileProblems === null) {
    return ["wait", say(isCompared ? "verdictComparedSeals" : "verdictSeals"), say("verdictSealsHelp")];
  }
  return isCompared
    ? ["good", say("verdictCompared"), state.compared.text]
    : ["good", say("verdictGood"), say("verdictGoodHelp")];
}

function drawVerdict() {
  const [kind, said, help] = verdict();
  const lines = [element("p", said, "said"), ...(help ? [element("p", help)] : [])];
  byId("verdict").replaceChildren(...lines);
  byId("verdict").dataset.kind = kind;
  const problems = problemsSoFar();
  show("problems-card", problems.length > 0);
  list("problems", problems.slice(0, SHOWN_PROBLEMS));
  list("facts", [...(state.seals ? sealFacts(state.seals) : []), ...state.fileFacts]);
  drawLimits();
}

/** Sentences about the seals that hold. Where the checkpoint does not hold, nothing holds. */
function sealFacts(seals) {
  const { checkpoint } = seals;
  if (!checkpoint) return [];
  const facts = factsOf(seals);
  const said = [say("factSigned", { short: checkpoint.short, name: checkpoint.signers.map(({ name }) => name).join(", ") })];
  said.push(say("factSeals", { n: facts.seals }));
  if (facts.records) {
    const [first, last] = [dayInWords(facts.first), dayInWords(facts.last)];
    said.push(say("factRecords", { n: facts.records, first, last }));
    if (facts.after) said.push(say("factAfter", { n: facts.after, days: say("spanOfDays", { n: facts.mostDays }) }));
    else if (!facts.late) said.push(say("factSameDay"));
  }
  if (facts.late) said.push(say("factLate", { n: facts.late }));
  if (facts.erased) said.push(say("factErased", { n: facts.erased }));
  if (facts.revoked) said.push(say("factRevoked", { n: facts.revoked }));
  if (facts.others.size) {
    const kinds = [...facts.others].map(([kind, n]) => `${KINDS[kind] ?? kind} (${numbers.format(n)})`).join(", ");
    said.push(say("factOthers", { kinds }));
  }
  if (facts.unknown) said.push(say("factUnknown", { n: facts.unknown }));
  const sealed = seals.list?.told;
  if (sealed && facts.hold) said.push(countsOf(sealed));
  if (seals.older.length) said.push(say("factOlder", { n: seals.older.length }));
  return said;
}

function countsOf({ records, revocations }) {
  return say("factCounts", {
    records: say("countOfRecords", { n: records }),
    revocations: say("countOfRevocations", { n: revocations }),
  });
}

function drawLimits() {
  const made = state.seals?.list ? sealedOn(state.seals.list) : null;
  const revoked = made ? say("limitRevoked", { day: dayInWords(made) }) : say("limitRevokedPlain");
  const keys = ["limitSince", "limitTraining", "limitLeftOut", "", "limitClock", "limitImport", "limitVerdicts", "limitKey", "limitPage"];
  list("limits", keys.map((key) => (key ? say(key) : revoked)));
}

/** What the pack says of itself, to compare by eye, and the texts for openssl. */
function drawOwn() {
  const { checkpoint, list: sealed, older } = state.seals;
  show("own", checkpoint !== null);
  show("without-card", checkpoint !== null);
  if (!checkpoint) return;
  const values = [
    ["checkpoint", checkpoint.short],
    ["log", checkpoint.origin],
    ...checkpoint.signers.map((key) => ["fingerprint", inFours(fingerprintOf(key))]),
    ["noteHash", inFours(hexOf(sha256(utf8.encode(checkpoint.note))))],
    ...(state.program ? [["program", inFours(state.program)]] : []),
    ...(sealed ? [["madeOn", dayInWords(sealedOn(sealed))]] : []),
  ];
  byId("values").replaceChildren(
    ...values.flatMap(([key, value]) => [element("dt", say(key)), element("dd", value, "code")]),
  );
  show("older-part", older.length > 0);
  list("older", older.map(({ short }) => short), "code");
  drawCommands(checkpoint, sealed);
}

const inFours = (hash) => hash.match(/.{4}/g).join(" ");

function drawCommands({ signers: [key], text }, sealed) {
  const sums = sealed?.told.list ?? "";
  byId("commands-sums").textContent = `sha256sum -c ${LIST}\necho '${sums}  ${LIST}' | sha256sum -c`;
  byId("commands-seal").textContent = [
    "base64 -d checkpoint.sig.base64 > checkpoint.sig",
    "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.body -sigfile checkpoint.sig",
    "openssl pkey -pubin -in key.pem -outform DER | sha256sum",
  ].join("\n");
  const lines = base64Of(derOf(key)).match(new RegExp(`.{1,${PEM_LINE}}`, "g"));
  byId("key-pem").textContent = ["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----", ""].join("\n");
  byId("checkpoint-body").textContent = text;
  byId("checkpoint-signature").textContent = `${base64Of(key.signature)}\n`;
}

// The table of what was sealed

function drawLeaves() {
  const { leaves } = state.seals;
  const wanted = byId("filter").value.trim().toLowerCase();
  const found = leaves.filter((leaf) => `${nameOf(leaf)} ${leaf.kind}`.toLowerCase().includes(wanted));
  byId("leaves").replaceChildren(...found.slice(0, SHOWN_ROWS).map(rowOf));
  const key = found.length > SHOWN_ROWS ? "shownFew" : "shownAll";
  byId("shown").textContent = say(key, { shown: Math.min(found.length, SHOWN_ROWS), all: found.length });
  show("leaves-card", leaves.length > 0);
}

function rowOf(leaf) {
  const { told } = leaf;
  const row = document.createElement("tr");
  const kind = KINDS[leaf.kind] ?? leaf.kind;
  const name = told.id === undefined ? kind : say("number", { kind, id: String(told.id) });
  const [stateKind, stateText] = stateOf(leaf);
  const sealed = sealedOn(leaf);
  const what = [told.code, told.title].filter((part) => typeof part === "string").join(" ");
  const trained = typeof told.completed === "string" ? dayInWords(told.completed) : "";
  const cells = [
    element("td", name),
    element("td", leaf.who || (leaf.kind === "record" ? say("unnamed") : "")),
    element("td", what),
    element("td", trained),
    element("td", sealed ? dayInWords(sealed) : ""),
    element("td", stateText, `state ${stateKind}`),
  ];
  // On a narrow screen a row is a card, in which the head of the column stands before what the cell says.
  for (const [i, head] of ["", "", "", "columnDay", "columnSealed", ""].entries()) {
    if (head) cells[i].dataset.head = `${say(head)}: `;
  }
  row.append(...cells);
  const details = document.createElement("details");
  details.append(element("summary", say("leafText")), element("code", leaf.text));
  for (const [field, value] of leaf.open) details.append(element("p", `${FIELDS[field] ?? field}: ${textsOf(value)}`));
  if (leaf.file) details.append(element("p", say("evidenceName", { name: leaf.file })));
  cells[2].append(details);
  return row;
}

function stateOf(leaf) {
  if (leaf.wrong.length || !state.seals.checkpoint) return ["bad", say("stateBad")];
  if (leaf.isRevoked) return ["bad", say("stateRevoked")];
  if (!Object.hasOwn(KINDS, leaf.kind)) return ["warn", say("stateUnknown")];
  return leaf.told.late === true ? ["warn", say("stateLate")] : ["good", say("stateGood")];
}

// Checking

async function checkData(data) {
  state.compared = null;
  byId("compared").replaceChildren();
  state.seals = await checkSeals(data, (done, all) => {
    byId("verdict").replaceChildren(element("p", say("checking", { done, all }), "said"));
  });
  drawVerdict();
  drawOwn();
  drawLeaves();
}

// One after the other: else the seals of one pack could be shown with the files of another.
let underWay = Promise.resolve();

function checkNext(collect) {
  delete document.body.dataset.files;
  underWay = underWay.then(() => checkPack(collect));
}

/** Check a pack that was dropped or chosen; `collect` gives its files. */
async function checkPack(collect) {
  state.fileProblems = null;
  state.fileFacts = [];
  let problems = [];
  try {
    const pack = await readPack(await collect(), (done, all, size) => {
      byId("reading").textContent = say("reading", { done, all, size });
    });
    problems = await problemsOf(pack);
  } catch (error) {
    problems = [say("badPack", { why: reasonOf(error) })];
    if (!hasOwnData) state.seals = null;
  }
  byId("reading").textContent = "";
  state.fileProblems = problems;
  drawVerdict();
  document.body.dataset.files = "checked";
}

async function problemsOf(pack) {
  let page = null;
  try {
    if (pack.kept.has(PAGE)) page = dataOfPage(pack.kept.get(PAGE));
  } catch (error) {
    if (!hasOwnData) throw error;
  }
  state.program = page?.program ?? "";
  if (!hasOwnData) {
    state.seals = null;
    if (!page?.data) return [say("badNoData")];
    await checkData(page.data);
  }
  const problems = checkFiles(pack, state.seals);
  drawOwn();
  if (hasOwnData && page && page.text !== state.dataText) problems.unshift(say("badOtherPack"));
  if (!problems.length) state.fileFacts = factsOfFiles(pack);
  const published = document.documentElement.dataset.program;
  if (published && page) state.fileFacts.push(say(published === page.program ? "factProgram" : "factOtherProgram"));
  return problems;
}

function factsOfFiles(pack) {
  const withEvidence = state.seals.leaves.filter((leaf) => leaf.kind === "record" && leaf.told.evidence);
  const listed = [...pack.names.keys()].filter((name) => ![LIST, PAGE, CHECKPOINT].includes(name));
  const said = [say("factFiles", { n: listed.length })];
  if (withEvidence.length) said.push(say("factEvidence", { n: withEvidence.length }));
  return said;
}

// What people do

byId("zip").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (file) checkNext(() => filesOfZip(file));
});
byId("folder").addEventListener("change", ({ target }) => {
  const files = [...target.files]; // as it is now: the button empties it when it is pressed again
  if (files.length) checkNext(() => filesOfFolder(files));
});
// The same file chosen again is no change to the browser.
for (const id of ["zip", "folder"]) byId(id).addEventListener("click", ({ target }) => (target.value = ""));

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  byId("drop").classList.add("over");
});
document.addEventListener("dragleave", () => byId("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  byId("drop").classList.remove("over");
  const entry = event.dataTransfer.items?.[0]?.webkitGetAsEntry?.();
  const [file] = event.dataTransfer.files;
  if (entry?.isDirectory) checkNext(() => filesBelow(entry));
  else if (file) checkNext(() => filesOfZip(file));
});

byId("compare").addEventListener("submit", async (event) => {
  event.preventDefault();
  const seals = state.seals;
  state.compared = seals ? await compare(byId("held").value, seals) : { outcome: "open", text: say("compareFirst") };
  const { outcome, text } = state.compared;
  byId("compared").replaceChildren(element("p", text, { same: "good", unlike: "bad", open: "warn" }[outcome]));
  drawVerdict();
});

byId("filter").addEventListener("input", () => drawLeaves());

for (const each of document.querySelectorAll("[data-text]")) each.textContent = say(each.dataset.text);

state.dataText = byId("data").textContent.trim();
const hasOwnData = state.dataText !== "";

underWay = underWay.then(async () => {
  if (!hasOwnData) drawVerdict();
  else {
    try {
      await checkData(JSON.parse(state.dataText));
    } catch (error) {
      state.seals = { data: {}, checkpoint: null, older: [], leaves: [], list: null, problems: [] };
      state.seals.problems.push(say("badData", { why: reasonOf(error) }));
      drawVerdict();
    }
  }
  document.body.dataset.seals = "checked";
});
