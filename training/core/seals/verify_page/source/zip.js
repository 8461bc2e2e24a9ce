"use strict";

// The files of a pack, from its ZIP file (ZIP64 too) or from its folder. Each is {name, read}: its path, and a function
// that gives its bytes. Of a ZIP file only what is needed is read, so it can be larger than memory.

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const IN_DIRECTORY = 0x02014b50;
const BEFORE_FILE = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;

async function viewOf(file, start, length) {
  const buffer = await file.slice(start, start + length).arrayBuffer();
  if (buffer.byteLength !== length) throw new Refused(say("zipCut"));
  return new DataView(buffer);
}

const long = (view, at) => Number(view.getBigUint64(at, true));
const nameIn = (view, at, length) => new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));

/** Where the directory of a ZIP file lies: {count, size, start}. Its end record must be the end of the file. */
async function directoryOf(file) {
  const length = Math.min(file.size, END_BYTES + LONGEST_COMMENT);
  const tail = await viewOf(file, file.size - length, length);
  let at = length - END_BYTES;
  while (at >= 0 && !(tail.getUint32(at, true) === END && tail.getUint16(at + 20, true) === length - at - END_BYTES)) at--;
  if (at < 0) throw new Refused(say("zipNoEnd"));
  const end = file.size - length + at;
  const found = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
    end,
  };
  // Programs differ over a ZIP file that holds two directories: it could show different files to different people.
  const whole = (await longDirectoryOf(file, end, found)) ?? found;
  if (whole.start + whole.size !== whole.end) throw new Refused(say("zipDirectory"));
  return whole;
}

/** The same from the longer end record of ZIP64, if there is one. What also stands in the short one has to agree. */
async function longDirectoryOf(file, end, short) {
  if (end < 20) return null;
  const locator = await viewOf(file, end - 20, 20);
  if (locator.getUint32(0, true) !== LOCATOR_64) return null;
  const place = long(locator, 8);
  const record = await viewOf(file, place, 56);
  const found = { count: long(record, 32), size: long(record, 40), start: long(record, 48), end: place };
  const agrees = (field, full) => short[field] === full || short[field] === found[field];
  const isWhole = record.getUint32(0, true) === END_64 && place + 12 + long(record, 4) === end - 20;
  if (!isWhole || !agrees("count", 0xffff) || !agrees("size", 0xffffffff) || !agrees("start", 0xffffffff)) {
    throw new Refused(say("zipDirectory"));
  }
  return found;
}

/** The files that the directory of a ZIP file names. */
async function filesOfZip(file) {
  const { count, size, start } = await directoryOf(file);
  const view = await viewOf(file, start, size);
  const files = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== IN_DIRECTORY) throw new Refused(say("zipDirectory"));
    const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true)); // of name, extra fields, comment
    const entry = {
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      plain: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
      name: nameIn(view, at + 46, lengths[0]),
    };
    readLongSizes(view, at + 46 + lengths[0], lengths[1], entry);
    if (!entry.name.endsWith("/")) files.push({ name: entry.name, read: () => unpacked(file, entry) });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  if (at !== size) throw new Refused(say("zipDirectory"));
  return files;
}

/** Sizes of 4 GB and more stand in an extra field, in this order and only where the short one is full. */
function readLongSizes(view, from, length, entry) {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    for (const field of ["plain", "packed", "start"]) {
      if (entry[field] !== 0xffffffff) continue;
      entry[field] = long(view, value);
      value += 8;
    }
  }
}

/** The bytes of a file in a ZIP file. The name before its content has to be the one in the directory. */
async function unpacked(file, { method, packed, plain, start, name }) {
  const before = await viewOf(file, start, 30);
  if (before.getUint32(0, true) !== BEFORE_FILE) throw new Refused(say("zipMember"));
  const [nameLength, extraLength] = [before.getUint16(26, true), before.getUint16(28, true)];
  if (nameIn(await viewOf(file, start + 30, nameLength), 0, nameLength) !== name) throw new Refused(say("zipTwoNames"));
  const from = start + 30 + nameLength + extraLength;
  const content = file.slice(from, from + packed);
  if (content.size !== packed) throw new Refused(say("zipCut"));
  if (method !== 0 && method !== 8) throw new Refused(say("zipMethod"));
  let bytes;
  try {
    const stream = method ? content.stream().pipeThrough(new DecompressionStream("deflate-raw")) : content.stream();
    bytes = await new Response(stream).arrayBuffer();
  } catch {
    throw new Refused(say("zipMember"));
  }
  if (bytes.byteLength !== plain) throw new Refused(say("zipMember"));
  return bytes;
}

/** The files of a folder that was chosen with the button. */
function filesOfFolder(chosen) {
  return chosen.map((file) => ({ name: file.webkitRelativePath || file.name, read: () => file.arrayBuffer() }));
}

/** The files below a folder that was dropped. */
async function filesBelow(entry, above = "") {
  const name = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return [{ name, read: () => file.arrayBuffer() }];
  }
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // at most 100 at a time
    if (!some.length) return files;
    for (const each of some) files.push(...(await filesBelow(each, `${name}/`)));
  }
}
