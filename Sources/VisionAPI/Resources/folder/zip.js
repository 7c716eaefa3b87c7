// ---- Captions as a zip file: stored as they are, with names in UTF-8

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

// More than that would need another format, which not every system unpacks.
const maxZipFiles = 65_535;

// files: [{path, bytes}]
function zip(files, date = new Date()) {
  const time = date.getHours() << 11 | date.getMinutes() << 5 | date.getSeconds() >> 1;
  const day = Math.max(date.getFullYear() - 1980, 0) << 9 | date.getMonth() + 1 << 5 | date.getDate();
  const record = (size, ...fields) => {
    const view = new DataView(new ArrayBuffer(size));
    let at = 0;
    for (const [width, value] of fields) {
      if (width === 2) view.setUint16(at, value, true); else view.setUint32(at, value, true);
      at += width;
    }
    return new Uint8Array(view.buffer);
  };
  const parts = [], directory = [];
  let offset = 0, directorySize = 0;
  for (const { path, bytes } of files) {
    const name = new TextEncoder().encode(path);
    // The version that is needed, the flag for UTF-8, stored.
    const common = [[2, 20], [2, 0x800], [2, 0], [2, time], [2, day], [4, crc32(bytes)], [4, bytes.length],
      [4, bytes.length], [2, name.length], [2, 0]];
    parts.push(record(30, [4, 0x04034b50], ...common), name, bytes);
    // Made by Unix, a plain file of mode 644.
    directory.push(record(46, [4, 0x02014b50], [2, 3 << 8 | 20], ...common, [2, 0], [2, 0], [2, 0],
      [4, 0o100644 * 65536], [4, offset]), name);
    offset += 30 + name.length + bytes.length;
    directorySize += 46 + name.length;
  }
  const end = record(22, [4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, directorySize],
    [4, offset], [2, 0]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
