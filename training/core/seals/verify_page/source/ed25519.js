"use strict";

// Signatures by Ed25519 (RFC 8032). Verifying handles no secret, so nothing here has to take the same time for
// everything. A point of the curve is (x, y, z, t) with x = x/z, y = y/z and t = xy/z.

const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function modulo(number, by = FIELD) {
  const rest = number % by;
  return rest < 0n ? rest + by : rest;
}

function power(base, exponent) {
  let result = 1n;
  let square = modulo(base);
  for (let left = exponent; left; left >>= 1n) {
    if (left & 1n) result = (result * square) % FIELD;
    square = (square * square) % FIELD;
  }
  return result;
}

const inverse = (number) => power(number, FIELD - 2n);
const CURVE = modulo(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (FIELD - 1n) / 4n);

/** The number that bytes say, the smallest first. */
function numberOf(bytes) {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

/** The point that 32 bytes say: y, and in the highest bit the sign of x. Null if there is none. */
function pointOf(bytes) {
  const all = numberOf(bytes);
  const sign = all >> 255n;
  const y = all & (2n ** 255n - 1n);
  if (y >= FIELD) return null;
  const u = modulo(y * y - 1n); // x² = u / v
  const v = modulo(CURVE * y * y + 1n);
  let x = modulo(u * power(v, 3n) * power(u * power(v, 7n), (FIELD - 5n) / 8n));
  if (modulo(v * x * x) !== u) x = modulo(x * ROOT_OF_MINUS_ONE);
  if (modulo(v * x * x) !== u) return null;
  if (x === 0n && sign) return null;
  if ((x & 1n) !== sign) x = FIELD - x;
  return [x, y, 1n, modulo(x * y)];
}

function sumOf([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = modulo((y1 - x1) * (y2 - x2));
  const b = modulo((y1 + x1) * (y2 + x2));
  const c = modulo(2n * t1 * t2 * CURVE);
  const d = modulo(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)];
}

function multiple(point, times) {
  let result = [0n, 1n, 1n, 0n];
  let double = point;
  for (let left = times; left; left >>= 1n) {
    if (left & 1n) result = sumOf(result, double);
    double = sumOf(double, double);
  }
  return result;
}

const BASE = pointOf(joined(new Uint8Array([0x58]), new Uint8Array(31).fill(0x66)));

/** Whether a signature of 64 bytes is that of a message by a public key of 32 bytes. */
function ownEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const [signedR, s] = [signature.subarray(0, 32), numberOf(signature.subarray(32))];
  const [publicPoint, r] = [pointOf(key), pointOf(signedR)];
  if (!publicPoint || !r || s >= ORDER) return false;
  const k = numberOf(sha512(joined(signedR, key, message))) % ORDER;
  const left = multiple(BASE, s);
  const right = sumOf(r, multiple(publicPoint, k));
  return (
    modulo(left[0] * right[2]) === modulo(right[0] * left[2]) && modulo(left[1] * right[2]) === modulo(right[1] * left[2])
  );
}

/** The same by the browser, or by the code above where the browser has no Ed25519. */
async function ed25519(key, signature, message) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    return ownEd25519(key, signature, message);
  }
  return crypto.subtle.verify("Ed25519", imported, signature, message);
}
