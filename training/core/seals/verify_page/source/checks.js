"use strict";

// What is checked, without a word about how it is shown. The data of a pack is
//
//   {origin, keys: [verifier key], checkpoint: note, files: SEAL or null, records: [SEAL], others: [SEAL],
//    older: [{note, proof}]}
//
// where a SEAL is {position, leaf: the text that was sealed, proof, open: {field: [salt in hex, value]}, file}. `file` is
// the name of the evidence in the pack, if there is one. All facts are taken from the texts that were sealed.

const LIST = "SHA256SUMS";
const PAGE = "verify.html";
const CHECKPOINT = "checkpoint.txt"; // may be in the pack for openssl; it is younger than the sealed list
const SHOWN_OF_A_FILE = 5;
const AT_A_TIME = 500; // seals between two looks at the window, so that it does not freeze

// A name that is none of these could hide what it should have been.
const PARTS_OF_DATA = ["origin", "keys", "checkpoint", "files", "records", "others", "older"];
const PARTS_OF_SEAL = ["position", "leaf", "proof", "open", "file"];

function checkParts(thing, known) {
  if (Object.keys(thing).some((part) => !known.includes(part))) throw new Refused(say("somethingElse"));
}

const pause = () => new Promise((done) => setTimeout(done));

/** Check everything that can be checked without the files. `tell` hears how far it is. */
async function checkSeals(data, tell) {
  const seals = { data, checkpoint: null, older: [], leaves: [], list: null, problems: [] };
  try {
    seals.checkpoint = await readCheckpoint(data.checkpoint, data.keys, data.origin);
  } catch (error) {
    seals.problems.push(say("badCheckpoint", { why: reasonOf(error) }));
  }
  try {
    checkParts(data, PARTS_OF_DATA);
    await checkLeaves(seals, tell);
    checkList(seals);
    if (seals.checkpoint) await checkOlder(seals);
  } catch (error) {
    seals.problems.push(say("badData", { why: reasonOf(error) }));
  }
  return seals;
}

async function checkLeaves(seals, tell) {
  const { data, checkpoint } = seals;
  const all = [...(data.files ? [data.files] : []), ...data.records, ...data.others];
  const positions = new Set();
  for (const [i, seal] of all.entries()) {
    if (i % AT_A_TIME === 0) {
      tell(i, all.length);
      await pause();
    }
    const leaf = checkLeaf(seal, checkpoint);
    seals.leaves.push(leaf);
    if (seal === data.files) seals.list = leaf;
    if (leaf.wrong.length) seals.problems.push(say("badLeaf", { what: nameOf(leaf), wrong: leaf.wrong.join("; ") }));
    if (positions.has(seal.position)) seals.problems.push(say("badTwice", { position: seal.position }));
    positions.add(seal.position);
  }
  markRevoked(seals.leaves);
}

/** A seal as it was checked: {position, text, told, kind, id, who, open, file, wrong: [what is wrong]}. */
function checkLeaf(seal, checkpoint) {
  const leaf = { position: seal.position, text: String(seal.leaf), told: {}, kind: "", who: "", open: [], wrong: [] };
  leaf.file = typeof seal.file === "string" ? seal.file : "";
  try {
    checkParts(seal, PARTS_OF_SEAL);
    const root = checkpoint
      ? rootFromInclusion(hashOfLeaf(leaf.text), seal.position, checkpoint.size, stepsOf(seal.proof))
      : null;
    if (checkpoint && !(root && same(root, checkpoint.root))) leaf.wrong.push(say("wrongInclusion"));
    leaf.kind = /^\{"seal":"([a-z-]+) [0-9]+"[,}]/.exec(leaf.text)?.[1] ?? "";
    if (!leaf.kind) leaf.wrong.push(say("wrongForm"));
    const told = JSON.parse(leaf.text);
    if (leaf.kind) leaf.told = told;
    for (const [field, [salt, value]] of Object.entries(seal.open ?? {})) {
      leaf.open.push([field, value]);
      const digest = hexOf(sha256(joined(bytesOfHex(salt), utf8.encode(value))));
      if (digest !== leaf.told[field]) leaf.wrong.push(say("wrongOpening", { field: FIELDS[field] ?? field }));
      if (field === "person") leaf.who = textsOf(value);
    }
  } catch (error) {
    leaf.wrong.push(say("wrongUnreadable", { why: reasonOf(error).replace(/\.$/, "") }));
  }
  return leaf;
}

/** The texts behind a digest, which is made of a JSON array of them. */
function textsOf(value) {
  return JSON.parse(value).filter((text) => typeof text === "string" && text).join(" ");
}

/** A record in words, for a sentence about it. */
function nameOf(leaf) {
  if (!leaf.kind || leaf.told.id === undefined) return say("ofPosition", { position: leaf.position });
  const kind = KINDS[leaf.kind] ?? leaf.kind;
  return [say("number", { kind, id: String(leaf.told.id) }), leaf.who, whatOf(leaf)].filter(Boolean).join(", ");
}

/** What a seal is about, from its own text: course and title of a record, for example. */
function whatOf({ told }) {
  return [told.code, told.title, told.completed].filter((part) => typeof part === "string" && part).join(" ");
}

/** The day of sealing that a seal tells. A late one tells it apart from the day on which the row was entered. */
function sealedOn({ told }) {
  const moment = told.late ? told.sealed : told.sealed ?? told.at;
  return typeof moment === "string" ? moment.slice(0, 10) : null;
}

function markRevoked(leaves) {
  const revoked = new Set(leaves.filter((leaf) => leaf.kind === "revocation").map((leaf) => leaf.told.record));
  for (const leaf of leaves) leaf.isRevoked = leaf.kind === "record" && revoked.has(leaf.told.id);
}

/** Whether the seal of the pack is one, and counts what this page tells. */
function checkList({ list, leaves, problems }) {
  if (!list) {
    problems.push(say("badNoList"));
    return;
  }
  if (list.kind !== "pack") {
    problems.push(say("badListKind"));
    return;
  }
  const count = (kind) => leaves.filter((leaf) => leaf.kind === kind).length;
  const [records, revocations] = [count("record"), count("revocation")];
  if (list.told.records !== records) {
    problems.push(say("badRecordCount", { sealed: list.told.records, told: records }));
  }
  if (list.told.revocations !== revocations) {
    problems.push(say("badRevocationCount", { sealed: list.told.revocations, told: revocations }));
  }
}

/** Earlier checkpoints, each with the proof that this log begins with it. */
async function checkOlder({ data, checkpoint, older, problems }) {
  for (const { note, proof } of data.older) {
    try {
      const earlier = await readCheckpoint(note, data.keys, data.origin);
      if (isBeginningOf(earlier, checkpoint, stepsOf(proof))) older.push(earlier);
      else problems.push(say("badOlderProof", { short: earlier.short }));
    } catch (error) {
      problems.push(say("badOlder", { why: reasonOf(error) }));
    }
  }
}

/** What is true of the seals that hold, for the sentences about them. */
function factsOf({ leaves, problems }) {
  const good = leaves.filter((leaf) => !leaf.wrong.length);
  const records = good.filter((leaf) => leaf.kind === "record");
  const sealed = records.map(sealedOn).filter(Boolean).sort();
  const gaps = records
    .map((leaf) => (Date.parse(sealedOn(leaf)) - Date.parse(leaf.told.completed)) / 86_400_000)
    .filter((gap) => gap > 0);
  const others = new Map();
  for (const leaf of good) {
    if (leaf.kind !== "record" && leaf.kind !== "pack") others.set(leaf.kind, (others.get(leaf.kind) ?? 0) + 1);
  }
  return {
    hold: problems.length === 0,
    seals: good.length,
    records: records.length,
    first: sealed.at(0),
    last: sealed.at(-1),
    after: gaps.length,
    mostDays: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    late: good.filter((leaf) => leaf.told.late === true).length,
    erased: records.filter((leaf) => !leaf.who).length,
    revoked: records.filter((leaf) => leaf.isRevoked).length,
    unknown: good.filter((leaf) => !Object.hasOwn(KINDS, leaf.kind)).length,
    others,
  };
}

// The pack that is dropped

/** Read all files of a pack: {names: hash by name, page, list, checkpoint: bytes of these, problems}. */
async function readPack(files, tell) {
  const pack = { base: folderOf(files), names: new Map(), kept: new Map(), problems: [] };
  let size = 0;
  for (const [i, { name, read }] of files.entries()) {
    if (!name.startsWith(pack.base)) {
      pack.problems.push(say("badFileOutside", { name }));
      continue;
    }
    const inside = name.slice(pack.base.length);
    if (pack.names.has(inside)) pack.problems.push(say("badFileTwice", { name: inside }));
    try {
      const content = await read();
      size += content.byteLength;
      pack.names.set(inside, hexOf(await sha256OfFile(content)));
      if ([LIST, PAGE, CHECKPOINT].includes(inside)) pack.kept.set(inside, new Uint8Array(content));
    } catch (error) {
      pack.names.set(inside, null);
      pack.problems.push(say("badFileUnreadable", { name: inside, why: reasonOf(error) }));
    }
    tell(i + 1, files.length, Math.round(size / 1e6));
  }
  return pack;
}

/** The folder of the pack, with its slash: where the list lies, or else this page; of several the outermost. */
function folderOf(files) {
  for (const wanted of [LIST, PAGE]) {
    const places = files.map(({ name }) => name).filter((name) => name === wanted || name.endsWith(`/${wanted}`));
    const [outermost] = places.sort((one, other) => one.split("/").length - other.split("/").length);
    if (outermost !== undefined) return outermost.slice(0, -wanted.length);
  }
  return "";
}

const BEFORE_DATA = '<script type="application/json" id="data">';
const AFTER_DATA = "<" + "/script>"; // in one piece it would end this script; data has no "<", it is written as \u003c

/** The data in the page of a pack, and the hash of the page without it, which is the same in every pack of a release. */
function dataOfPage(bytes) {
  const page = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const start = page.indexOf(BEFORE_DATA) + BEFORE_DATA.length;
  const stop = page.indexOf(AFTER_DATA, start);
  if (start < BEFORE_DATA.length || stop < 0) throw new Refused(say("somethingElse"));
  const text = page.slice(start, stop).trim();
  const program = hexOf(sha256(utf8.encode(page.slice(0, start) + page.slice(stop))));
  return { text, data: text ? JSON.parse(text) : null, program };
}

/** What is wrong with the files of a pack, by its list and by the seals. */
function checkFiles(pack, seals) {
  const problems = [...pack.problems];
  const listed = readList(pack, problems);
  const sealedList = seals.list?.kind === "pack" ? seals.list.told : null;
  if (!pack.names.has(LIST)) problems.push(say("badListMissing"));
  else if (sealedList && pack.names.get(LIST) !== sealedList.list) {
    const evidence = new Set(seals.leaves.map((leaf) => `${leaf.told.evidence} ${leaf.file}`));
    const names = [...listed].filter(([name, hash]) => !evidence.has(`${hash} ${name}`)).map(([name]) => name);
    problems.push(say("badList", { names: names.join(", ") || "–" }));
  }
  if (sealedList && pack.names.has(LIST) && sealedList.files !== listed.size) {
    problems.push(say("badListCount", { sealed: sealedList.files, told: listed.size }));
  }
  for (const [name, hash] of listed) {
    if (!pack.names.has(name)) problems.push(say("badFileMissing", { name }));
    else if (pack.names.get(name) !== null && pack.names.get(name) !== hash) problems.push(say("badFileAltered", { name }));
  }
  for (const name of pack.names.keys()) {
    if (listed.has(name) || name === LIST || name === PAGE) continue;
    const isCheckpoint = name === CHECKPOINT && pack.kept.has(name);
    if (!isCheckpoint) problems.push(say("badFileAdded", { name }));
    else if (!same(pack.kept.get(name), utf8.encode(seals.data.checkpoint))) problems.push(say("badCheckpointFile", { name }));
  }
  problems.push(...checkEvidence(pack, seals));
  return problems;
}

/** The list of a pack: hash by name. */
function readList(pack, problems) {
  const listed = new Map();
  const lines = new TextDecoder().decode(pack.kept.get(LIST)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    const found = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    if (found) listed.set(found[2], found[1]);
    else problems.push(say("badListLine", { line }));
  }
  return listed;
}

/** Whether the evidence that each seal names is in the pack, under the name that this page gives it. */
function checkEvidence(pack, seals) {
  const missing = new Map();
  const hashes = new Set(pack.names.values());
  for (const leaf of seals.leaves) {
    const hash = leaf.told.evidence;
    if (typeof hash !== "string" || !(leaf.file || leaf.kind === "record")) continue;
    if (leaf.file ? pack.names.get(leaf.file) === hash : hashes.has(hash)) continue;
    const key = JSON.stringify([leaf.file, hash]);
    if (!missing.has(key)) missing.set(key, { name: leaf.file, hash: hash.slice(0, 8), whose: [] });
    missing.get(key).whose.push(nameOf(leaf));
  }
  return [...missing.values()].map(({ name, hash, whose }) => {
    const first = whose.slice(0, SHOWN_OF_A_FILE).join("; ");
    const more = whose.length - SHOWN_OF_A_FILE;
    const all = more > 0 ? say("moreOf", { first, n: more }) : first;
    return name ? say("badEvidence", { name, whose: all }) : say("badEvidenceNone", { hash, whose: all });
  });
}

// Comparing with what somebody holds

/** Compare what was typed with the log of a pack: {outcome: "same", "unlike" or "open", text}. */
async function compare(typed, seals) {
  const { checkpoint, data } = seals;
  if (!checkpoint) return { outcome: "open", text: say("compareNothing") };
  const text = typed.trim();
  if (text.includes("\n")) return compareNote(`${text.replaceAll("\r", "")}\n`);
  const short = /^([1-9][0-9]*)\s+([a-z2-7]{4})[\s-]*([a-z2-7]{4})[\s-]*([a-z2-7]{4})[\s-]*([a-z2-7]{4})$/i.exec(text);
  if (short) return compareShort(Number(short[1]), `${short[1]} ${short.slice(2).join("-").toUpperCase()}`);
  const hash = text.replace(/[\s:-]/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return compareHash(hash);
  if (checkpoint.signers.some((key) => key.line === text)) return { outcome: "same", text: say("sameKey") };
  if (/^\S+\+[0-9a-f]{8}\+/.test(text)) return { outcome: "unlike", text: say("unlikeKey") };
  return { outcome: "open", text: say("compareUnreadable") };

  function compareShort(size, written) {
    const known = [checkpoint, ...seals.older].find((each) => each.size === size);
    if (known) return known.short === written ? sameAs(known) : unlike(known);
    return notKnown(size);
  }

  function compareHash(hashed) {
    if (checkpoint.signers.some((key) => fingerprintOf(key) === hashed)) return { outcome: "same", text: say("sameKey") };
    const isIts = (each) => [each.note, each.text].some((part) => hexOf(sha256(utf8.encode(part))) === hashed);
    const known = [checkpoint, ...seals.older].find(isIts);
    if (!known) return { outcome: "unlike", text: say("unlikeKey") };
    const key = known === checkpoint ? "sameHash" : "sameHashOlder";
    return { outcome: "same", text: say(key, { hash: hashed, size: known.size }) };
  }

  async function compareNote(note) {
    const [named] = note.split("\n");
    if (named !== data.origin) return { outcome: "open", text: say("compareOtherLog", { origin: named }) };
    let held;
    try {
      held = await readCheckpoint(note, data.keys, data.origin);
    } catch (error) {
      return { outcome: "unlike", text: say("compareBadNote", { why: reasonOf(error) }) };
    }
    const known = [checkpoint, ...seals.older].find((each) => each.size === held.size);
    if (!known) return notKnown(held.size);
    if (!same(known.root, held.root)) return { outcome: "unlike", text: say("unlikeNote", { size: held.size }) };
    return known === checkpoint ? { outcome: "same", text: say("sameNote") } : sameAs(known);
  }

  function sameAs(known) {
    if (known === checkpoint) return { outcome: "same", text: say("sameCheckpoint") };
    return { outcome: "same", text: say("sameOlder", { size: known.size }) };
  }

  function unlike(known) {
    return { outcome: "unlike", text: say("unlikeCheckpoint", { size: known.size, short: known.short }) };
  }

  function notKnown(size) {
    const key = size > checkpoint.size ? "compareYounger" : "compareUnproved";
    return { outcome: "open", text: say(key, { size, own: checkpoint.size }) };
  }
}
