// ---- The folder's files: which are pictures, which are captions, and what is never written over. vision-client's
// command does the same.

const wordsOf = text => text.trim().split(/\s+/);

// List: endings of pictures that are read
const imageEndings = wordsOf(`jpg jpeg jpe jfif mpo png apng gif bmp tif tiff webp heic heif hif avif jxl`);

// List: endings of pictures and films that are not read
const unreadEndings = wordsOf(`jp2 j2k jpf jpx jxr wdp svg psd psb xcf kra eps tga ico exr hdr dds qoi
  dng cr2 cr3 crw nef nrw arw srf sr2 orf rw2 raf pef ptx srw x3f rwl iiq 3fr fff mef mos mrw erf dcr kdc raw
  mov mp4 m4v avi mkv webm mpg mpeg mts m2ts 3gp wmv insv`);

// List: other endings that no caption has
const otherEndings = wordsOf(`xmp aae thm lrv pp3 dop cos vrd on1 mie icc icm lrcat lrtemplate
  zip 7z rar tar gz tgz bz2 xz zst lz4 iso dmg cbz
  safetensors ckpt pt pth bin onnx gguf npz npy pkl h5 parquet
  mp3 wav flac ogg m4a pdf doc docx xls xlsx odt db sqlite exe dll so`);

// List: folders that are left out
const leftOutFolders = wordsOf(`.* @eadir #recycle @recycle @recently-snapshot @tmp $recycle.bin
  system?volume?information lost+found __macosx`);

// List: files that are left out
const leftOutFiles = wordsOf(`._*`);

const globs = patterns => new RegExp(`^(${patterns.map(pattern => pattern.replace(/[\\^$+.()|[\]{}]/g, '\\$&')
  .replaceAll('*', '.*').replaceAll('?', '.')).join('|')})$`, 'su');

const FileKinds = {
  images: new Set(imageEndings),
  noCaptions: new Set([...imageEndings, ...unreadEndings, ...otherEndings]),
  folders: globs(leftOutFolders),
  files: globs(leftOutFiles),

  lower: text => text.replace(/[A-Z]/g, letter => letter.toLowerCase()),

  // What follows the last dot; null when nothing stands before the dot.
  ending(name) {
    const dot = name.lastIndexOf('.');
    return dot > 0 ? this.lower(name.slice(dot + 1)) : null;
  },

  stem: name => (name.lastIndexOf('.') > 0 ? name.slice(0, name.lastIndexOf('.')) : name),
  isImage(name) { return this.images.has(this.ending(name)) && !this.files.test(this.lower(name)); },
  isLeftOut(folder) { return this.folders.test(this.lower(folder)); },

  // naming: {extension, isFull}; with full names that of cat.jpg is cat.jpg.txt.
  captionName(image, { extension, isFull }) { return `${isFull ? image : this.stem(image)}.${extension}`; },

  // The extension of caption files without its dot, or a sentence is thrown.
  extension(text) {
    const bare = text.trim().replace(/^\.+/, '');
    if (!bare || /[\0-\x1f\x7f/\\:]|[. ]$/.test(bare) || this.noCaptions.has(this.lower(bare.split('.').pop()))) {
      throw new Refusal(`"${text}" cannot be the extension of caption files. `
        + 'Take one that no other file has, such as txt.');
    }
    return bare;
  },
};

// What a caption file holds: nothing (which a blank one does, too), a caption, or something foreign that is never
// written over, with the reason as a sentence.
const CaptionFile = {
  // More than any caption has.
  maxSize: 16 << 20,
  mark: [0xef, 0xbb, 0xbf],
  nothing: Object.freeze({ kind: 'nothing', text: '', isMarked: false }),

  foreign: reason => ({ kind: 'foreign', text: '', isMarked: false, reason }),

  judge(bytes, path) {
    const isMarked = this.mark.every((byte, i) => bytes[i] === byte);
    const isControl = byte => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 || byte === 0x7f;
    const foreign = this.foreign(`${path} is no text in UTF-8, so it was left as it is. Save it as UTF-8, or move it `
      + 'away.');
    if (bytes.length > this.maxSize || bytes.some(isControl)) return foreign;
    try {
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
      const text = this.trimmed(decoder.decode(isMarked ? bytes.subarray(3) : bytes));
      return text ? { kind: 'caption', text, isMarked } : this.nothing;
    } catch {
      return foreign;
    }
  },

  async read(file, path) {
    if (file.size > this.maxSize) return this.judge({ length: file.size }, path);
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { ...this.judge(bytes, path), bytes };
  },

  trimmed(text) {
    const isBlank = character => /^\p{White_Space}$/u.test(character);
    let start = 0, end = text.length;
    while (start < end && isBlank(text[start])) start += 1;
    while (end > start && isBlank(text[end - 1])) end -= 1;
    return text.slice(start, end);
  },

  // A mark that was there stays.
  bytes(text, isMarked) {
    const content = new TextEncoder().encode(text ? `${text}\n` : '');
    return isMarked ? new Uint8Array([...this.mark, ...content]) : content;
  },
};

const areSame = (left, right) => left.length === right.length && left.every((byte, i) => byte === right[i]);

// The browser's words for what it refuses are not for people.
function fileSentence(path, error) {
  switch (error.name) {
    case 'NotFoundError': return `${path} is no longer there.`;
    case 'NotAllowedError': case 'SecurityError':
      return `The browser does not let this page use ${path}. Open the folder again, and allow it.`;
    case 'NoModificationAllowedError': return `${path} cannot be written: another program uses it, or it is read-only.`;
    case 'QuotaExceededError': return `The disk is full: ${path} cannot be written.`;
    case 'NotReadableError': return `${path} may not be read. It may have changed since it was chosen.`;
    default: return error instanceof Refusal ? error.message : `${path}: ${error.message || error.name}`;
  }
}

// Names that some file system takes for the same. Capitals of some letters are two: the one of ß is SS.
const inOneCase = name => name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

// A folder that the browser lets the page read and write.
class OpenFolder {
  constructor(handle) {
    this.handle = handle;
    this.name = handle.name;
    this.writes = true;
  }

  // The folders: [{path, files: Map of names to their handles, names: Set of all names in one case}]
  async folders(tell) {
    const found = [], waiting = [{ handle: this.handle, path: '' }];
    this.problems = [];
    while (waiting.length) {
      const folder = { ...waiting.pop(), files: new Map(), names: new Set() };
      try {
        for await (const [name, handle] of folder.handle.entries()) {
          folder.names.add(inOneCase(name));
          if (handle.kind === 'file') folder.files.set(name, handle);
          else if (!FileKinds.isLeftOut(name)) waiting.push({ handle, path: `${folder.path}${name}/` });
        }
      } catch (error) {
        this.problems.push(fileSentence(folder.path || this.name, error));
      }
      found.push(folder);
      tell(found.length);
    }
    return found;
  }

  // The file's handle, or null. Where capitals are not told apart it may be listed under another name.
  async find(folder, name) {
    try { return await folder.handle.getFileHandle(name); } catch (error) {
      if (error.name === 'NotFoundError' || error.name === 'TypeError') return null;
      throw error;
    }
  }

  async content(folder, name) {
    const path = folder.path + name;
    try {
      const handle = await this.find(folder, name);
      return handle ? await CaptionFile.read(await handle.getFile(), path) : CaptionFile.nothing;
    } catch (error) {
      return CaptionFile.foreign(error.name === 'TypeMismatchError' ? `${path} cannot be written: is a directory.`
        : `${fileSentence(path, error)} It was left as it is.`);
    }
  }

  // In one step: whoever reads the file sees the old or the new content.
  async write(folder, name, bytes) {
    const handle = await folder.handle.getFileHandle(name, { create: true });
    folder.files.set(name, handle);
    const stream = await handle.createWritable();
    try {
      await stream.write(bytes);
      await stream.close();
    } catch (error) {
      stream.abort().catch(() => {});
      throw error;
    }
  }

  async remove(folder, name) {
    await folder.handle.removeEntry(name);
    folder.files.delete(name);
  }

  file(handle) { return handle.getFile(); }
}

// Files that were chosen, where the browser gives no folder: their captions are kept in the page until they are
// downloaded.
class ChosenFiles {
  constructor(files) {
    this.files = [...files];
    this.name = this.files[0]?.webkitRelativePath.split('/')[0] || 'Chosen pictures';
    this.writes = false;
    this.problems = [];
  }

  async folders(tell) {
    const found = new Map();
    for (const file of this.files) {
      const parts = file.webkitRelativePath ? file.webkitRelativePath.split('/').slice(1, -1) : [];
      if (parts.some(part => FileKinds.isLeftOut(part))) continue;
      const path = parts.map(part => `${part}/`).join('');
      if (!found.has(path)) found.set(path, { path, files: new Map(), names: new Set() });
      found.get(path).files.set(file.name, file);
      found.get(path).names.add(inOneCase(file.name));
    }
    tell(found.size);
    return [...found.values()];
  }

  async find(folder, name) { return folder.files.get(name) ?? null; }

  async content(folder, name) {
    const file = folder.files.get(name), path = folder.path + name;
    if (!file) return CaptionFile.nothing;
    try { return await CaptionFile.read(file, path); } catch (error) {
      return CaptionFile.foreign(`${fileSentence(path, error)} It was left as it is.`);
    }
  }

  async file(file) { return file; }
}

// Pictures that would have one caption file cannot both have it. Gives each such picture's sentence.
async function sharedNames(source, folder, images, naming) {
  const groups = new Map(), sentences = new Map();
  const captionName = image => FileKinds.captionName(image, naming);
  for (const image of images) {
    const name = inOneCase(captionName(image));
    if (groups.has(name)) groups.get(name).push(image); else groups.set(name, [image]);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    for (const image of group) {
      const rivals = [];
      for (const other of group) {
        if (other !== image && await isShared(source, folder, image, other, captionName)) {
          rivals.push(folder.path + other);
        }
      }
      if (!rivals.length) continue;
      sentences.set(image, `Its caption would be in the same file as that of ${rivals.join(' and ')}. `
        + `Rename all but one of them${naming.isFull ? '' : ', or take full names'}.`);
    }
  }
  return sentences;
}

async function isShared(source, folder, left, right, captionName) {
  const [one, other] = [captionName(left), captionName(right)];
  if (one === other) return true;
  const there = await Promise.all([one, other].map(name => source.find(folder, name).catch(() => null)));
  if (there[0] && there[1]) return !folder.files.has(one) || !folder.files.has(other);
  if (there[0] || there[1]) return false;
  // Nobody knows where the downloaded captions will be unpacked.
  if (!source.writes) return true;
  const respelled = FileKinds.stem(right) + left.slice(FileKinds.stem(left).length);
  return !folder.files.has(respelled) && await source.find(folder, respelled).catch(() => null) !== null;
}
