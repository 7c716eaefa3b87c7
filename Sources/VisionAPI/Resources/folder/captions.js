// ---- The folder's pictures and their captions

// The parts of a list of tags, each once, in their order.
function tagsOf(text) {
  const tags = new Map();
  for (const part of text.split(/[,\n\r]/)) {
    const tag = part.trim();
    if (tag && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
  }
  return tags;
}

const wordCount = text => text.match(/\S+/gu)?.length ?? 0;

const counted = count => count.toLocaleString('en');

class FolderPicture {
  constructor(source, folder, name, captionName) {
    Object.assign(this, { source, folder, name, captionName, path: folder.path + name });
    this.handle = folder.files.get(name);
    // What the caption file held when it was looked at last, and what it is to hold.
    this.disk = CaptionFile.nothing;
    this.text = '';
    // The bytes of the files that were written over, by their captions, where this page would write others.
    this.replaced = null;
    // Why nothing can be written for it; what went wrong last.
    this.obstacle = '';
    this.trouble = '';
    this.state = '';
    this.isChosen = false;
    // Only a file that the page has made is removed when that is undone.
    this.madeFile = false;
    this.tags = new Map();
  }

  get isUnsaved() { return this.text !== this.disk.text && !this.obstacle; }
  get captionPath() { return this.folder.path + this.captionName; }

  // What its caption file holds, without the bytes.
  isOnDisk({ kind, text, isMarked }) { this.disk = { kind, text, isMarked }; }

  // The file is about to be written over.
  remember({ text, isMarked, bytes }) {
    this.replaced?.delete(text);
    if (!bytes || areSame(bytes, CaptionFile.bytes(text, isMarked))) return;
    this.replaced ??= new Map();
    this.replaced.set(text, bytes);
  }

  bytesOf(text, isMarked) { return this.replaced?.get(text) ?? CaptionFile.bytes(text, isMarked); }
}

const album = {
  source: null,
  naming: { extension: 'txt', isFull: false },
  pictures: [],
  shown: [],
  chosen: new Set(),
  // By the tag in lower case: {tag, count}
  tags: new Map(),
  unsaved: new Set(),
  opened: new Set(),
  notes: [],

  // Those that need a person: they could not be written, or are to be downloaded.
  get late() { return [...this.unsaved].filter(picture => !picture.source.writes || picture.trouble); },

  // Reads the folder's names and captions; `isCurrent` is asked between, as another folder may be opened meanwhile.
  async open(source, naming, tell, isCurrent) {
    const pictures = [];
    const isCaption = name => FileKinds.lower(name).endsWith(`.${FileKinds.lower(naming.extension)}`);
    let otherFiles = 0;
    for (const folder of await source.folders(count => tell(`${plural(count, 'folder', 'folders')} read.`))) {
      const images = [...folder.files.keys()].filter(name => FileKinds.isImage(name));
      otherFiles += [...folder.files.keys()].filter(name => !FileKinds.isImage(name) && !isCaption(name)).length;
      const shared = await sharedNames(source, folder, images, naming);
      for (const name of images) {
        const picture = new FolderPicture(source, folder, name, FileKinds.captionName(name, naming));
        picture.obstacle = shared.get(name) ?? '';
        pictures.push(picture);
      }
    }
    if (!isCurrent()) return false;
    pictures.sort((a, b) => order.compare(a.path, b.path) || (a.path < b.path ? -1 : 1));
    let done = 0;
    await atOnce(8, pictures, async picture => {
      if (!isCurrent()) return;
      const content = await this.look(picture);
      if (content.kind === 'foreign') picture.obstacle = picture.obstacle || content.reason;
      picture.isOnDisk(content);
      picture.text = content.text;
      done += 1;
      if (done % 100 === 0) tell(`${counted(done)} of ${counted(pictures.length)} captions read.`);
    });
    if (!isCurrent()) return false;
    Object.assign(this, { source, naming, pictures, shown: pictures, chosen: new Set(), unsaved: new Set() });
    this.notes = [...source.problems];
    if (otherFiles) this.notes.push(`${plural(otherFiles, 'other file is', 'other files are')} left out.`);
    this.tags = new Map();
    // What is still being written of another folder does not count here.
    this.opened = new Set(pictures);
    for (const picture of pictures) this.count(picture);
    changes.clear();
    return true;
  },

  // Where the listing has no such name, in capitals or not, nobody need look.
  async look({ source, folder, captionName }) {
    if (!folder.names.has(inOneCase(captionName))) return CaptionFile.nothing;
    return source.content(folder, captionName);
  },

  count(picture) {
    for (const key of picture.tags.keys()) {
      const entry = this.tags.get(key);
      entry.count -= 1;
      if (!entry.count) this.tags.delete(key);
    }
    picture.tags = tagsOf(picture.text);
    for (const [key, tag] of picture.tags) {
      const entry = this.tags.get(key);
      if (entry) entry.count += 1; else this.tags.set(key, { tag, count: 1 });
    }
  },

  set(picture, text) {
    picture.text = text;
    picture.trouble = '';
    if (!this.opened.has(picture)) return;
    this.count(picture);
    this.noteSaving(picture);
    grid.refresh(picture);
    bar.soon();
  },

  noteSaving(picture) {
    if (!this.opened.has(picture)) return;
    if (picture.isUnsaved) this.unsaved.add(picture); else this.unsaved.delete(picture);
  },

  choose(picture, isChosen) {
    picture.isChosen = isChosen;
    if (isChosen) this.chosen.add(picture); else this.chosen.delete(picture);
    grid.refresh(picture);
    bar.soon();
  },

  chooseAll(pictures) {
    for (const picture of this.chosen) picture.isChosen = false;
    this.chosen = new Set(pictures);
    for (const picture of pictures) picture.isChosen = true;
    grid.refreshAll();
    bar.soon();
  },

  // What a run would ask about: a picture that can have no caption is none of it.
  wanted(which) {
    const pictures = which === 'chosen' ? [...this.chosen] : this.pictures;
    return pictures.filter(picture => !picture.obstacle && (which !== 'missing' || !picture.text));
  },

  // The chosen, or all that are shown where none is chosen.
  get targets() { return this.chosen.size ? [...this.chosen] : this.shown; },
};

async function atOnce(most, things, work) {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, async () => {
    while (next < things.length) await work(things[next++]);
  }));
}

// ---- What was changed, and back

const changes = {
  // [{name, parts: [{picture, before, after}]}], the newest last
  done: [],
  undone: [],
  most: 100,
  mostParts: 50_000,

  clear() { this.done = []; this.undone = []; },

  // A change that may still grow, as a run does.
  begin(name) {
    const change = { name, parts: [] };
    this.undone = [];
    return change;
  },

  add(change, picture, after) {
    if (picture.text === after) return;
    if (!change.parts.length) {
      this.done.push(change);
      let parts = this.done.reduce((sum, { parts }) => sum + parts.length, 0);
      while (this.done.length > 1 && (this.done.length > this.most || parts > this.mostParts)) {
        parts -= this.done.shift().parts.length;
      }
    }
    change.parts.push({ picture, before: picture.text, after });
    album.set(picture, after);
    saving.add(picture);
  },

  // [[picture, after], ...]; gives how many captions differ now.
  change(name, wanted) {
    const change = this.begin(name);
    for (const [picture, after] of wanted) if (!picture.obstacle) this.add(change, picture, after);
    return change.parts.length;
  },

  undo() { return this.turn(this.done, this.undone, 'after', 'before', 'Undone'); },
  redo() { return this.turn(this.undone, this.done, 'before', 'after', 'Done again'); },

  turn(from, to, is, wanted, word) {
    const change = from.pop();
    if (!change) return say(from === this.done ? 'There is nothing to undo.' : 'There is nothing to do again.');
    let others = 0;
    for (const part of change.parts) {
      // Somebody has taken what stands on the disk instead.
      if (part.picture.text !== part[is]) { others += 1; continue; }
      album.set(part.picture, part[wanted]);
      saving.add(part.picture);
    }
    to.push(change);
    const left = others ? ` ${plural(others, 'caption has', 'captions have')} changed since, and stay.` : '';
    bar.tell(`${word}: ${change.name}.${left}`);
    if (change.parts.length === 1) grid.go(change.parts[0].picture);
    bar.show();
  },
};

// ---- Saving: each change goes to the disk at once, where the browser lets it

const saving = {
  waiting: new Set(),
  running: new Set(),
  most: 4,
  // What a person has answered for all files that have changed on the disk.
  answer: '',

  add(picture) {
    if (!picture.source.writes) return;
    this.waiting.add(picture);
    this.next();
  },

  next() {
    for (const picture of this.waiting) {
      if (this.running.size >= this.most) break;
      // What comes while a file is written waits for its end.
      if (this.running.has(picture)) continue;
      this.waiting.delete(picture);
      this.running.add(picture);
      this.save(picture).finally(() => {
        this.running.delete(picture);
        album.noteSaving(picture);
        grid.refresh(picture);
        bar.soon();
        this.next();
        this.settle();
      });
    }
  },

  // The next change is asked about anew.
  settle() { if (!this.running.size && !this.waiting.size && !captioning.isOn) this.answer = ''; },

  async save(picture) {
    const { source, folder, captionName } = picture;
    try {
      const now = await source.content(folder, captionName);
      if (now.kind === 'foreign') throw new Refusal(now.reason);
      if (now.text !== picture.disk.text && now.text !== picture.text && !await this.mayReplace(picture, now)) {
        picture.isOnDisk(now);
        album.set(picture, now.text);
        return;
      }
      picture.isOnDisk(now);
      const { text } = picture;
      if (now.text === text) return;
      const isThere = await source.find(folder, captionName) !== null;
      if (!text && picture.madeFile) {
        await source.remove(folder, captionName);
        picture.madeFile = false;
      } else if (text || isThere) {
        picture.remember(now);
        await source.write(folder, captionName, picture.bytesOf(text, now.isMarked));
        if (!isThere) picture.madeFile = true;
      }
      picture.isOnDisk(text ? { kind: 'caption', text, isMarked: now.isMarked } : CaptionFile.nothing);
      picture.trouble = '';
    } catch (error) {
      picture.trouble = `Not saved. ${fileSentence(picture.captionPath, error)}`;
    }
  },

  async mayReplace(picture, now) {
    const answer = this.answer || await dialogs.conflict(picture, now);
    if (answer.endsWith(' all')) this.answer = answer;
    return answer.startsWith('mine');
  },
};
