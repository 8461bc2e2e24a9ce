"use strict";

// The log of all seals: a Merkle tree (RFC 6962), its signed checkpoints (C2SP signed-note and tlog-checkpoint), and the
// two proofs about it (RFC 9162, 2.1.3.2 and 2.1.4.2).

const HASH_BYTES = 32;
const OF_LEAF = new Uint8Array([0]);
const OF_NODE = new Uint8Array([1]);
const DASH = "\u2014 "; // begins a line with a signature

const hashOfLeaf = (text) => sha256(joined(OF_LEAF, utf8.encode(text)));
const hashOfNode = (left, right) => sha256(joined(OF_NODE, left, right));
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** The hashes of a proof, which is written as base64 of all of them. */
function stepsOf(proof) {
  const bytes = bytesOfBase64(proof);
  if (bytes.length % HASH_BYTES) throw new Refused(say("proofLength"));
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => bytes.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)));
}

/** The root that a proof of inclusion leads to, or null if it has the wrong length. */
function rootFromInclusion(leafHash, position, size, steps) {
  if (!Number.isSafeInteger(position) || position < 0 || position >= size) return null;
  let value = leafHash;
  let used = 0;
  for (let at = position, last = size - 1; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    if (at % 2 === 0 && at === last) continue; // no neighbour on its right: it goes up as it is
    const step = steps[used++];
    if (!step) return null;
    value = at % 2 ? hashOfNode(step, value) : hashOfNode(value, step);
  }
  return used === steps.length ? value : null;
}

/** Whether it is proved that a tree is the beginning of a later one. Both are {size, root}. */
function isBeginningOf(older, newer, proof) {
  if (older.size > newer.size || older.size < 1) return false;
  if (older.size === newer.size) return proof.length === 0 && same(older.root, newer.root);
  const steps = [...proof];
  let at = older.size - 1;
  let last = newer.size - 1;
  while (at % 2) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (at === 0) steps.unshift(older.root); // the older one is a complete tree, so its root is known already
  if (!steps.length) return false;
  let [first] = steps;
  let [second] = steps;
  for (const step of steps.slice(1)) {
    if (last === 0) return false;
    if (at % 2 || at === last) {
      first = hashOfNode(step, first);
      second = hashOfNode(step, second);
      while (at && at % 2 === 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else second = hashOfNode(second, step);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(first, older.root) && same(second, newer.root);
}

/** Public keys by "name id". A line is name+id+key, where the id is made of name and key. */
function keysOf(lines) {
  const keys = new Map();
  for (const line of lines) {
    const [name, id, ...rest] = line.split("+"); // base64 has + as well
    const raw = bytesOfBase64(rest.join("+"));
    const isWhole = raw.length === 33 && raw[0] === 1;
    if (!isWhole || hexOf(sha256(joined(utf8.encode(`${name}\n`), raw)).subarray(0, 4)) !== id) {
      throw new Refused(say("keyDamaged"));
    }
    keys.set(`${name} ${id}`, { line, name, raw: raw.subarray(1) });
  }
  return keys;
}

// What stands before the 32 bytes of an Ed25519 key in the form that openssl reads and writes (RFC 8410).
const BEFORE_KEY = bytesOfHex("302a300506032b6570032100");
const derOf = (key) => joined(BEFORE_KEY, key.raw);

/** What `openssl pkey -pubin -in key.pem -outform DER | sha256sum` prints. */
const fingerprintOf = (key) => hexOf(sha256(derOf(key)));

/**
 * The checkpoint that a note tells: {origin, size, root, short, text, note, signers}. Signatures of keys that are not
 * listed are passed over; a wrong one of a listed key is not.
 */
async function readCheckpoint(note, lines, origin) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Refused(say("noteCut"));
  const text = note.slice(0, cut + 1);
  const [named, size, root, end, ...more] = text.split("\n");
  if (end !== "" || more.length || !/^[1-9][0-9]{0,14}$/.test(size)) throw new Refused(say("noteOther"));
  if (named !== origin) throw new Refused(say("noteOrigin", { named, origin }));
  const signers = await signersOf(text, note.slice(cut + 2, -1).split("\n"), keysOf(lines));
  const rootBytes = bytesOfBase64(root);
  if (rootBytes.length !== HASH_BYTES) throw new Refused(say("noteOther"));
  return { origin, size: Number(size), root: rootBytes, short: shortOf(size, text), text, note, signers };
}

/** The listed keys that signed a text, each with its signature. */
async function signersOf(text, lines, keys) {
  const signers = [];
  for (const line of lines) {
    const [name, encoded, ...more] = line.slice(DASH.length).split(" ");
    if (!line.startsWith(DASH) || encoded === undefined || more.length) throw new Refused(say("noteOther"));
    const raw = bytesOfBase64(encoded);
    const key = keys.get(`${name} ${hexOf(raw.subarray(0, 4))}`);
    if (!key) continue;
    const signature = raw.subarray(4);
    if (!(await ed25519(key.raw, signature, utf8.encode(text)))) throw new Refused(say("signatureWrong", { name }));
    signers.push({ ...key, signature });
  }
  if (!signers.length) throw new Refused(say("signedByNobody"));
  return signers;
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The form on paper: the size, and 80 bits of the hash of the signed text in base32, in groups of four. */
function shortOf(size, text) {
  let bits = sha256(utf8.encode(text)).subarray(0, 10).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let code = "";
  for (let i = 0; i < 16; i++, bits >>= 5n) code = BASE32[Number(bits & 31n)] + code;
  return `${size} ${code.match(/..../g).join("-")}`;
}
