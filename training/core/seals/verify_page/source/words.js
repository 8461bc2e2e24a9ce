"use strict";

// Everything that the page says. {name} is filled in; where a number decides, there is a text for one and for others.

const TEXTS = {
  // the page
  title: "Verify an audit pack",
  verdictHeading: "What holds",
  packHeading: "The pack",
  packHelp: "Drop the ZIP file here, or the folder that was unpacked from it. Nothing leaves this computer.",
  packFile: "Choose the ZIP file",
  packFolder: "Choose the folder",
  compareHeading: "Compare with what you hold",
  compareHelp:
    "Whoever makes a pack could also make a key, a log and this page. So compare with something that has not come with the pack. Type or paste one of these: the checkpoint that is printed on a sign-in sheet, certificate or summary in your drawer (such as “4711 ABCD-EFGH-IJKL-MNOP”); a whole checkpoint from a copy outside; the fingerprint of the site’s key; the hash in a time stamp.",
  compareLabel: "Checkpoint, fingerprint or hash",
  compareButton: "Compare",
  ownValues: "What this pack says of itself",
  checkpoint: "Checkpoint",
  log: "Log",
  fingerprint: "Fingerprint of the key",
  noteHash: "Hash of the checkpoint, for time stamps",
  program: "Hash of the checking program",
  madeOn: "Pack made",
  olderHeading: "Earlier checkpoints that this log is proved to begin with",
  problemsHeading: "What does not hold",
  limitsHeading: "What this page cannot know",
  withoutHeading: "To check without this page",
  withoutHelp: "On Linux or a Mac, in the unpacked folder. Save the three texts below under the names above them.",
  withoutSums: "Every file against the list, and the list against the seal:",
  withoutSeal: "The signature of the checkpoint, and the fingerprint of the key:",
  leavesHeading: "What was sealed, in the words of the seals",
  leavesHelp: "Names stand here as they were on the day of the seal.",
  filterLabel: "Find",
  columnKind: "Kind",
  columnWho: "Worker",
  columnWhat: "What",
  columnDay: "Day of the training",
  columnSealed: "Sealed",
  columnState: "State",
  evidenceName: "Evidence: {name}",
  leafText: "The text that was sealed",
  shownFew: "{shown} of {all} are shown. Type a part of a name to find others.",
  shownAll: { one: "{all} is shown.", other: "{all} are shown." },

  // how far it is
  waiting: "Drop a pack to check it.",
  checking: "Checking seal {done} of {all} …",
  reading: "Reading file {done} of {all}: {size} MB …",

  // what holds
  verdictGood: "Everything that this page can check holds. It is consistent with itself.",
  verdictGoodHelp:
    "Whether it is the site’s own log is not shown yet: give a fingerprint, a time stamp or a printed checkpoint to compare.",
  verdictSeals: "The seals hold. The files were not checked yet.",
  verdictSealsHelp: "Drop the pack to check its files. What is here is consistent with itself; compare it below.",
  verdictCompared: "Everything that this page can check holds, and agrees with what you hold.",
  verdictComparedSeals: "The seals hold and agree with what you hold. The files were not checked yet.",
  verdictBad: { one: "NOT AS SEALED: one thing does not hold.", other: "NOT AS SEALED: {n} things do not hold." },
  verdictUnlike: "NOT THE SAME LOG: this pack does not agree with what you hold.",
  verdictBadHelp: "They are named below. Ask the site for a fresh pack, and keep this one.",
  factSigned: "The checkpoint {short} is signed by the key of {name}.",
  factSeals: { one: "{n} seal stands in the log that the checkpoint closes.", other: "{n} seals stand in the log that the checkpoint closes." },
  factRecords: {
    one: "{n} training record is as it was sealed: not changed since {last}.",
    other: "{n} training records are as they were sealed: not changed since the day of their seals, from {first} to {last}.",
  },
  factOthers: "Also as sealed: {kinds}.",
  factCounts: "The seal of the pack says how many there are, and so many are here: {records}, {revocations}.",
  countOfRecords: { one: "{n} record", other: "{n} records" },
  countOfRevocations: { one: "{n} revocation", other: "{n} revocations" },
  factAfter: {
    one: "{n} record was sealed {days} after the training.",
    other: "{n} records were sealed after the day of their training, the last of them {days} after it.",
  },
  spanOfDays: { one: "{n} day", other: "{n} days" },
  factSameDay: "Every record was sealed on the day of its training.",
  factLate: {
    one: "{n} row was sealed later than it was entered; until then nothing kept it from being changed.",
    other: "{n} rows were sealed later than they were entered; until then nothing kept them from being changed.",
  },
  factErased: {
    one: "Of {n} record this page cannot tell whose it is: the name was erased, or left out.",
    other: "Of {n} records this page cannot tell whose they are: the names were erased, or left out.",
  },
  factUnknown: { one: "{n} seal is of a kind that this page does not know. It stands in the log; read its text below.", other: "{n} seals are of kinds that this page does not know. They stand in the log; read their texts below." },
  factRevoked: { one: "{n} record of this pack was revoked.", other: "{n} records of this pack were revoked." },
  factOlder: { one: "This log begins with {n} earlier checkpoint of the site.", other: "This log begins with each of {n} earlier checkpoints of the site." },
  factFiles: { one: "{n} file is as the sealed list says.", other: "All {n} files are as the sealed list says, and none is missing or was added." },
  factEvidence: { one: "The evidence of {n} record is in the pack as it was sealed.", other: "The evidence of all {n} records is in the pack as it was sealed." },
  factProgram: "verify.html in the pack is the same program as this page.",
  factOtherProgram:
    "verify.html in the pack is not the program of this page: another release made it, or somebody replaced it. It was read and not run.",

  // what this page cannot know
  limitSince: "A seal says that something was not changed since the day of sealing. It says nothing of the time before.",
  limitTraining: "It does not prove that the training took place, or that the signature on a sheet is that worker’s.",
  limitLeftOut: "It does not prove that nothing was left out of this pack.",
  limitRevoked: "It does not prove that nothing was revoked after {day}. Ask for a fresh pack.",
  limitRevokedPlain: "It does not prove that nothing was revoked after the pack was made. Ask for a fresh pack.",
  limitClock: "The days are those of the site’s own clock, as the seals tell them. A checkpoint on dated paper, or a time stamp, shows from when on a seal was there.",
  limitImport: "A seal over an import proves what was entered, not what happened.",
  limitVerdicts: "Who is cleared is not calculated again here: the colours of the summary are covered as a file, and no further.",
  limitKey: "Whether the key is the site’s, until you compare.",
  limitPage: "Whether this page is the one that the makers of the program published: whoever replaces a pack can replace it too. Compare its hash with the published one, or open the page of the site.",

  // comparing
  sameCheckpoint: "The log is the one that is printed on your paper: this pack ends with that checkpoint.",
  sameOlder: "The log that is printed on your paper is a beginning of this one: nothing up to entry {size} was changed or taken out since.",
  sameNote: "The checkpoint is the same, and signed by the same key.",
  sameKey: "The key is the one whose fingerprint you hold: it signed this checkpoint.",
  sameHash: "The hash is that of this pack’s checkpoint. Check the time stamp itself with: openssl ts -verify -digest {hash} -in FILE.tsr -CAfile AUTHORITY.pem",
  sameHashOlder: "The hash is that of an earlier checkpoint, of {size} entries, and this log begins with it. Check the time stamp itself with: openssl ts -verify -digest {hash} -in FILE.tsr -CAfile AUTHORITY.pem",
  unlikeCheckpoint: "At {size} entries this log says {short}. That is not what you typed. Look at the paper again: if it says so, this pack is from another log, or the log was made anew.",
  unlikeKey: "This is neither the key’s fingerprint nor the hash of a checkpoint here. Look again: if it is right, somebody else signed this pack.",
  unlikeNote: "The checkpoint that you pasted has another root for {size} entries: this is not the same log.",
  compareYounger: "Your checkpoint ({size} entries) is younger than this pack ({own} entries), so the pack cannot say anything about it. Ask for a fresh pack.",
  compareUnproved: "This pack brings no proof from a checkpoint of {size} entries to its own. Ask for a fresh pack, and say which checkpoint you hold. Nothing is wrong with it by that.",
  compareOtherLog: "The checkpoint that you pasted is of the log {origin}, not of this one. After a restore from a backup a site begins a new log, whose first entry names the old one; ask the site.",
  compareUnreadable: "This cannot be read. A printed checkpoint is a number and four groups of four letters; a fingerprint or hash is 64 figures and letters from a to f.",
  compareFirst: "Drop a pack first: there is nothing to compare with yet.",
  compareBadNote: "The checkpoint that you pasted does not hold: {why}",
  compareNothing: "The checkpoint of this pack does not hold, so there is nothing to compare with.",

  // what does not hold
  badData: "What this page says of the pack cannot be read: {why}",
  badCheckpoint: "The checkpoint does not hold: {why} Nothing here is proved.",
  badOlder: "An earlier checkpoint does not hold: {why}",
  badOlderProof: "The log does not begin with the earlier checkpoint {short}: it was made anew, or the proof was altered.",
  badTwice: "Entry {position} of the log is told twice. One of the two hides that another one is missing.",
  badLeaf: "{what}: {wrong}.",
  wrongInclusion: "the log does not hold what this page says of it (its text, position or proof was altered)",
  wrongForm: "it is not written as a seal",
  wrongOpening: "its {field} was altered",
  wrongUnreadable: "it cannot be read: {why}",
  badNoList: "The list of the pack’s files was not sealed, so files without a record of their own (such as the summary) are not proved.",
  badListKind: "What stands in the place of the seal of this pack is the seal of something else.",
  badRecordCount: "The seal of the pack says that it holds {sealed} records. This page tells of {told}.",
  badRevocationCount: "The seal of the pack says that it holds {sealed} revocations. This page tells of {told}.",
  badPack: "The pack cannot be read: {why}",
  badNoData: "There is no verify.html with data in it in what you dropped, so there is nothing to check. Is it an audit pack?",
  badOtherPack: "verify.html in what you dropped tells of another pack than this page. This page goes with its own pack only.",
  badListMissing: "SHA256SUMS is missing: the list of the pack’s files.",
  badList: "SHA256SUMS was altered: it is not the list that was sealed. What only this list covers is not proved: {names}.",
  badListLine: "SHA256SUMS has a line that is not written as it should be: {line}",
  badListCount: "The seal of the pack says that it holds {sealed} files. SHA256SUMS lists {told}.",
  badFileAltered: "File {name} was altered.",
  badFileMissing: "File {name} is missing.",
  badFileAdded: "File {name} was added: the sealed list does not name it.",
  badFileTwice: "File {name} is in the pack twice.",
  badFileOutside: "File {name} lies outside the pack’s folder.",
  badFileUnreadable: "File {name} cannot be read: {why}",
  badCheckpointFile: "File {name} is not the checkpoint of this page.",
  badEvidence: "Evidence {name} is not in the pack as it was sealed. It proves: {whose}.",
  badEvidenceNone: "Evidence with the hash {hash}… is not in the pack. It proves: {whose}.",
  moreOf: "{first} and {n} more",

  // why
  notHex: "a number is not written as it should be.",
  notBase64: "a text in base64 is not written as it should be.",
  proofLength: "a proof has the wrong length.",
  keyDamaged: "a key that it lists is damaged.",
  noteCut: "it is cut off.",
  noteOther: "it is no checkpoint.",
  noteOrigin: "it is of the log {named}, not of {origin}.",
  signatureWrong: "the signature of {name} is wrong.",
  signedByNobody: "none of the keys that are listed signed it.",
  notJson: "its text is not whole.",
  somethingElse: "it is not written as this page expects.",
  zipCut: "it is cut off.",
  zipNoEnd: "this is no whole ZIP file.",
  zipDirectory: "its directory is damaged.",
  zipMember: "it is damaged.",
  zipTwoNames: "it has two different names in the ZIP file.",
  zipMethod: "it is packed in a way that this page does not know.",

  // rows
  stateGood: "as sealed",
  stateBad: "does not hold",
  stateRevoked: "revoked",
  stateLate: "as sealed, sealed late",
  stateUnknown: "in the log",
  unnamed: "name not told",
  number: "{kind} {id}",
  ofPosition: "Entry {position} of the log",
  unknownDay: "a day that the seal does not tell",
};

// The kinds of seals, as their texts begin: "seal":"record 1".
const KINDS = {
  record: "Training record",
  revocation: "Revocation",
  "sign-off": "Practical sign-off",
  upload: "Evidence upload",
  session: "Session with its list",
  worker: "Worker’s name or badge",
  merge: "Merge of two badges",
  meeting: "Attendance of a class",
  void: "Attendance taken back",
  hours: "Hours",
  progression: "Step of a programme",
  "worker-period": "Employer, role and status for a time",
  "badge-period": "Badge for a time",
  "area-of-worker-period": "Area of a worker for a time",
  "area-period": "Area for a time",
  "requirement-period": "Requirement for a time",
  register: "Old register that was brought in",
  "register-standing": "Decision on an old register",
  "register-extract": "Extract of an old register",
  import: "Import",
  comparison: "Comparison with an old workbook",
  "difference-explained": "Difference that was explained",
  sample: "Sample against the originals",
  "sampled-record": "Record of a sample",
  "sample-check": "Look at an original",
  "take-over": "Take-over report",
  "take-over-withdrawal": "Take-over withdrawn",
  pack: "Audit pack made",
  erasure: "Erasure of personal data",
};

// What may stand opened beside a seal.
const FIELDS = {
  person: "badge or name",
  comments: "comments",
  staff: "trainer or user",
};

const plurals = new Intl.PluralRules("en");
const numbers = new Intl.NumberFormat("en");
const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** A text of the table, with what stands in braces filled in. Numbers in `values` get their separators. */
function say(key, values = {}) {
  const text = TEXTS[key];
  const plain = typeof text === "string" ? text : text[plurals.select(values.n ?? values.all)] ?? text.other;
  return plain.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? numbers.format(value) : String(value);
  });
}

/** A day in words, of a text that begins as 2026-12-01; days of moments are those of UTC. */
function dayInWords(text) {
  const moment = new Date(`${String(text).slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) ? say("unknownDay") : days.format(moment);
}

/** A sentence for what went wrong: our own, or a general one where the page did not expect it. */
function reasonOf(error) {
  if (error instanceof Refused) return error.message;
  return error instanceof SyntaxError ? say("notJson") : say("somethingElse");
}
