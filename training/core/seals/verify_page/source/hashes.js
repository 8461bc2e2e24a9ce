"use strict";

// SHA-256 and SHA-512 (FIPS 180-4), and texts as bytes. Browsers have SHA-256 of their own, but only as a promise: half a
// million promises take longer than the hashing, and a page without HTTPS has none. Large files are hashed by the
// browser where it can.

const utf8 = new TextEncoder();

/** Something is not written as it should be, or does not say what it should. The message is a sentence for people. */
class Refused extends Error {}

/** Bytes one after the other. */
function joined(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function hexOf(bytes) {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}

// Both read one spelling only: otherwise a changed letter could mean the same, and would not be found.

/** Bytes of a text in hex: small letters, nothing between them. */
function bytesOfHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Refused(say("notHex"));
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function base64Of(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Bytes of a text in base64, if it is the very text that encoding them gives. */
function bytesOfBase64(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Refused(say("notBase64"));
  }
  if (base64Of(bytes) !== text) throw new Refused(say("notBase64"));
  return bytes;
}

// The constants of both hashes are the first bits behind the point of roots of the first primes. They are calculated,
// so that nobody has to compare a table of 80 numbers.

function firstPrimes(count) {
  const primes = [];
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime)) primes.push(number);
  }
  return primes;
}

/** The largest whole number whose power is not above a number (Newton's method). */
function wholeRoot(number, degree) {
  let root = 1n << BigInt(Math.ceil(number.toString(2).length / Number(degree)));
  for (;;) {
    const closer = ((degree - 1n) * root + number / root ** (degree - 1n)) / degree;
    if (closer >= root) return root;
    root = closer;
  }
}

/** The first 64 bits behind the point of the square or cube root of a prime. */
function bitsOfRoot(prime, degree) {
  return BigInt.asUintN(64, wholeRoot(BigInt(prime) << (64n * degree), degree));
}

const ROUNDS_512 = firstPrimes(80).map((prime) => bitsOfRoot(prime, 3n));
const START_512 = firstPrimes(8).map((prime) => bitsOfRoot(prime, 2n));
const ROUNDS_256 = Uint32Array.from(ROUNDS_512.slice(0, 64), (bits) => Number(bits >> 32n));
const START_256 = Uint32Array.from(START_512, (bits) => Number(bits >> 32n));

/** A message with the bit 1, zeros and its length in bits behind it, so that it fills whole blocks. */
function padded(message, block, lengthBytes) {
  const size = Math.ceil((message.length + 1 + lengthBytes) / block) * block;
  const bytes = new Uint8Array(size);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(size - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(size - 4, message.length << 3);
  return view;
}

const schedule = new Uint32Array(64); // used again for each block: making one costs more than the block

/** The SHA-256 of bytes. */
function sha256(message) {
  const view = padded(message, 64, 8);
  const state = START_256.slice();
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const early = schedule[i - 15];
      const late = schedule[i - 2];
      const sigma0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const sigma1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      schedule[i] = schedule[i - 16] + sigma0 + schedule[i - 7] + sigma1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const choice = (e & f) ^ (~e & g);
      const first = (h + sum1 + choice + ROUNDS_256[i] + schedule[i]) | 0;
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + sum0 + majority) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
  const hash = new Uint8Array(32);
  const out = new DataView(hash.buffer);
  for (let i = 0; i < 8; i++) out.setUint32(4 * i, state[i]);
  return hash;
}

/** The SHA-512 of bytes. It is needed for a few signatures only, so it may be slow. */
function sha512(message) {
  const view = padded(message, 128, 16);
  const low = (number) => BigInt.asUintN(64, number);
  const turned = (number, by) => low((number >> by) | (number << (64n - by)));
  const state = [...START_512];
  for (let at = 0; at < view.byteLength; at += 128) {
    const words = Array.from({ length: 16 }, (_, i) => view.getBigUint64(at + 8 * i));
    for (let i = 16; i < 80; i++) {
      const early = words[i - 15];
      const late = words[i - 2];
      const sigma0 = turned(early, 1n) ^ turned(early, 8n) ^ (early >> 7n);
      const sigma1 = turned(late, 19n) ^ turned(late, 61n) ^ (late >> 6n);
      words.push(low(words[i - 16] + sigma0 + words[i - 7] + sigma1));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const sum1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n);
      const first = h + sum1 + ((e & f) ^ (~e & g)) + ROUNDS_512[i] + words[i];
      const sum0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n);
      const second = sum0 + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [low(first + second), a, b, c, low(d + first), e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = low(state[i] + word);
    });
  }
  const hash = new Uint8Array(64);
  const out = new DataView(hash.buffer);
  state.forEach((word, i) => out.setBigUint64(8 * i, word));
  return hash;
}

/** The SHA-256 of a whole file, by the browser where it can. */
async function sha256OfFile(buffer) {
  if (globalThis.crypto?.subtle) return new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
  return sha256(new Uint8Array(buffer));
}
