// ---- The grid: only the rows that are seen are in the page

// Small pictures, made when they are seen; the last ones are kept.
const thumbs = {
  kept: new Map(),
  bytes: 0,
  mostBytes: 48 << 20,
  running: 0,
  atOnce: 3,
  waiting: [],
  height: 150,
  // Endings of pictures that the browser cannot show. The server gives thumbnails of them with their captions.
  unseen: new Set(),

  // Draws now, or later if it is still seen then.
  show(cell) {
    const canvas = this.kept.get(cell.picture);
    if (canvas) {
      this.kept.delete(cell.picture);
      this.kept.set(cell.picture, canvas);
      cell.thumb.replaceChildren(canvas);
    } else {
      cell.thumb.replaceChildren();
      this.waiting.push(cell);
      this.next();
    }
  },

  next() {
    while (this.running < this.atOnce && this.waiting.length) {
      // The last ones are those that are looked at.
      const cell = this.waiting.pop(), { picture } = cell;
      if (!picture || !cell.isSeen || this.kept.has(picture)) continue;
      this.running += 1;
      this.make(picture).then(canvas => {
        this.keep(picture, canvas);
        if (cell.picture === picture) cell.thumb.replaceChildren(canvas);
      }).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  },

  keep(picture, canvas) {
    const size = node => (node.width ?? 0) * (node.height ?? 0) * 4;
    this.kept.set(picture, canvas);
    this.bytes += size(canvas);
    for (const [other, node] of this.kept) {
      if (this.bytes <= this.mostBytes || other === picture) break;
      this.kept.delete(other);
      this.bytes -= size(node);
    }
  },

  isUnseen(picture) { return this.unseen.has(FileKinds.ending(picture.name)) && !picture.thumbnail; },

  take(picture, base64) {
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    picture.thumbnail = new Blob([bytes], { type: 'image/jpeg' });
    this.kept.delete(picture);
    for (const row of grid.rows.values()) for (const cell of row.cells) if (cell.picture === picture) this.show(cell);
  },

  async make(picture) {
    const height = this.height * Math.min(devicePixelRatio || 1, 2);
    try {
      const file = picture.thumbnail ?? await picture.source.file(picture.handle);
      const bitmap = await createImageBitmap(file, {
        resizeHeight: height, resizeQuality: 'medium', imageOrientation: 'from-image',
      });
      const shrink = Math.min(1, height * 2 / bitmap.width, height / bitmap.height);
      const canvas = make('canvas', {
        width: Math.max(1, Math.round(bitmap.width * shrink)), height: Math.max(1, Math.round(bitmap.height * shrink)),
      });
      canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      return canvas;
    } catch (error) {
      if (error.name === 'InvalidStateError') this.unseen.add(FileKinds.ending(picture.name));
      const sentence = error.name === 'NotFoundError' ? 'It is no longer there.' : 'This browser cannot show it.';
      return make('p', { className: 'stand-in' }, sentence);
    }
  },

  clear() {
    this.kept.clear();
    this.bytes = 0;
    this.waiting = [];
  },
};

class Cell {
  constructor() {
    this.thumb = make('div', { className: 'thumb', 'aria-hidden': 'true' });
    this.tick = make('span', { className: 'tick', 'aria-hidden': 'true' });
    this.title = make('p', { className: 'cell-name' });
    this.words = make('p', { className: 'cell-text' });
    this.note = make('p', { className: 'cell-note' });
    this.node = make('div', { className: 'cell', role: 'gridcell', tabIndex: -1 },
      this.thumb, this.tick, this.title, this.words, this.note);
    this.node.cell = this;
    this.picture = null;
    this.isSeen = false;
  }

  fill(picture, column) {
    const isOther = this.picture !== picture;
    this.picture = picture;
    this.isSeen = Boolean(picture);
    this.node.hidden = !picture;
    if (!picture) return;
    if (isOther) {
      this.node.setAttribute('aria-colindex', column + 1);
      const { path } = picture.folder;
      this.title.textContent = path ? `${picture.name}, ${path.slice(0, -1)}` : picture.name;
      this.title.title = picture.path;
      thumbs.show(this);
    }
    this.refresh();
  }

  refresh() {
    const { picture, node } = this;
    node.setAttribute('aria-selected', String(picture.isChosen));
    const trouble = picture.obstacle || picture.trouble;
    const words = picture.text || (trouble || picture.state ? '' : 'No caption');
    if (this.words.textContent !== words) this.words.textContent = words;
    this.words.classList.toggle('muted', !picture.text);
    const note = trouble || picture.state || (picture.isUnsaved && !picture.source.writes ? 'Not downloaded yet.' : '');
    if (this.note.textContent !== note) this.note.textContent = note;
    this.note.classList.toggle('error', Boolean(trouble));
    this.note.title = trouble;
  }
}

class Row {
  constructor(columns) {
    this.cells = Array.from({ length: columns }, () => new Cell());
    this.node = make('div', { className: 'row', role: 'row' }, ...this.cells.map(cell => cell.node));
  }

  place(index, columns, height) {
    this.index = index;
    this.node.setAttribute('aria-rowindex', index + 1);
    this.node.style.transform = `translateY(${index * height}px)`;
    this.cells.forEach((cell, column) => cell.fill(album.shown[index * columns + column] ?? null, column));
  }

  leave() { for (const cell of this.cells) { cell.isSeen = false; cell.picture = null; } }
}

const grid = {
  node: $('grid'),
  rows: new Map(),
  spare: [],
  columns: 1,
  rowHeight: 1,
  // The place of the picture that the keyboard is at, and where a choice with Shift began.
  active: 0,
  anchor: 0,
  frame: 0,

  get rowCount() { return Math.ceil(album.shown.length / this.columns); },

  // Other pictures, or another width.
  layout() {
    const width = this.node.clientWidth;
    if (!width) return;
    const style = getComputedStyle(this.node);
    const gap = parseFloat(style.getPropertyValue('--gap')), least = parseFloat(style.getPropertyValue('--least'));
    const columns = Math.max(1, Math.floor((width - gap) / (least + gap)));
    const first = album.shown[this.firstRow * this.columns];
    const isOther = columns !== this.columns;
    this.columns = columns;
    this.rowHeight = parseFloat(style.getPropertyValue('--row'));
    this.node.style.setProperty('--columns', columns);
    if (isOther) this.drop();
    this.node.setAttribute('aria-rowcount', this.rowCount);
    this.node.setAttribute('aria-colcount', columns);
    $('grid-height').style.height = `${this.rowCount * this.rowHeight}px`;
    // What was at the top stays there.
    if (isOther && first) this.node.scrollTop = Math.floor(album.shown.indexOf(first) / columns) * this.rowHeight;
    this.render();
  },

  get firstRow() { return Math.floor(this.node.scrollTop / this.rowHeight); },

  drop() {
    this.endEdit?.(true);
    for (const row of this.rows.values()) { row.leave(); row.node.remove(); }
    this.rows.clear();
    this.spare = [];
  },

  // Another list of pictures.
  list(pictures) {
    const active = album.shown[this.active];
    album.shown = pictures;
    this.active = Math.max(0, pictures.indexOf(active));
    this.anchor = this.active;
    this.drop();
    this.node.scrollTop = 0;
    this.layout();
    if (this.active) this.reveal(this.active);
  },

  render() {
    const { rowHeight, rowCount, columns } = this;
    const first = Math.max(0, this.firstRow - 1);
    const last = Math.min(rowCount - 1, Math.floor((this.node.scrollTop + this.node.clientHeight) / rowHeight) + 1);
    // The focus must not get lost with its row.
    const kept = Math.floor(this.active / columns);
    const isWanted = index => (index >= first && index <= last) || (index === kept && index < rowCount);
    for (const [index, row] of this.rows) {
      if (isWanted(index)) continue;
      this.rows.delete(index);
      row.leave();
      this.spare.push(row);
    }
    const wanted = kept < rowCount && (kept < first || kept > last) ? [kept] : [];
    for (let index = first; index <= last; index += 1) wanted.push(index);
    for (const index of wanted) {
      if (this.rows.has(index)) continue;
      const row = this.spare.pop() ?? new Row(columns);
      row.place(index, columns, rowHeight);
      this.rows.set(index, row);
      if (!row.node.isConnected) $('grid-height').append(row.node);
    }
    for (const row of this.spare) row.node.remove();
    this.mark();
  },

  // Tab leads to the active cell and to no other.
  mark() {
    const node = this.cellAt(this.active)?.node;
    if (this.tabStop !== node && this.tabStop) this.tabStop.tabIndex = -1;
    if (node) node.tabIndex = 0;
    this.tabStop = node;
  },

  cellAt(place) { return this.rows.get(Math.floor(place / this.columns))?.cells[place % this.columns] ?? null; },

  refresh(picture) {
    for (const row of this.rows.values()) for (const cell of row.cells) if (cell.picture === picture) cell.refresh();
  },

  refreshAll() {
    for (const row of this.rows.values()) for (const cell of row.cells) if (cell.picture) cell.refresh();
  },

  reveal(place) {
    const top = Math.floor(place / this.columns) * this.rowHeight, { node } = this;
    if (top < node.scrollTop) node.scrollTop = top;
    else if (top + this.rowHeight > node.scrollTop + node.clientHeight) {
      node.scrollTop = top + this.rowHeight - node.clientHeight;
    }
  },

  // The active cell is another one, and has the focus.
  focus(place) {
    if (!album.shown.length) return;
    this.active = Math.min(Math.max(place, 0), album.shown.length - 1);
    this.reveal(this.active);
    this.render();
    this.cellAt(this.active)?.node.focus({ preventScroll: true });
  },

  go(picture) {
    const place = album.shown.indexOf(picture);
    if (place >= 0) this.focus(place);
  },

  chooseRange(from, to) {
    const [first, last] = from < to ? [from, to] : [to, from];
    for (const picture of album.shown.slice(first, last + 1)) album.choose(picture, true);
  },

  toggle(place) {
    const picture = album.shown[place];
    album.choose(picture, !picture.isChosen);
    this.anchor = place;
  },

  // ---- A caption is edited in its place

  edit(place) {
    this.focus(place);
    const cell = this.cellAt(place), { picture } = cell;
    if (picture.obstacle) return say(picture.obstacle);
    const field = make('textarea', {
      className: 'cell-edit', value: picture.text, 'aria-label': `Caption of ${picture.name}`, spellcheck: true,
    });
    const before = picture.text;
    let isOver = false;
    const end = (isKept, next) => {
      if (isOver) return;
      isOver = true;
      this.endEdit = null;
      const text = CaptionFile.trimmed(field.value.toWellFormed?.() ?? field.value);
      const hadFocus = document.activeElement === field;
      field.remove();
      cell.node.classList.remove('editing');
      if (isKept && text !== before) changes.change(`the edit of ${picture.name}`, [[picture, text]]);
      if (next !== undefined && next < album.shown.length) this.edit(next);
      else if (hadFocus) this.focus(place);
    };
    this.endEdit = end;
    field.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Escape') { event.preventDefault(); end(false); }
      else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        end(true, event.ctrlKey || event.metaKey ? place + 1 : undefined);
      }
    });
    field.addEventListener('blur', () => end(true));
    cell.node.classList.add('editing');
    cell.node.append(field);
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  },

  // ---- The keyboard and the pointer

  key(event) {
    const { columns, active } = this;
    const page = Math.max(1, Math.floor(this.node.clientHeight / this.rowHeight)) * columns;
    const hasControl = event.ctrlKey || event.metaKey, row = active - active % columns;
    const places = {
      ArrowLeft: active - 1, ArrowRight: active + 1, ArrowUp: active - columns, ArrowDown: active + columns,
      PageUp: Math.max(active - page, active % columns), PageDown: active + page,
      Home: hasControl ? 0 : row, End: hasControl ? album.shown.length - 1 : row + columns - 1,
    };
    if (event.altKey || !album.shown.length) return;
    if (event.key in places) {
      const place = places[event.key];
      const isOut = place < 0 || (event.key === 'ArrowDown' && place >= album.shown.length
        && row / columns === this.rowCount - 1);
      if (!isOut) {
        this.focus(place);
        if (event.shiftKey) this.chooseRange(this.anchor, this.active); else this.anchor = this.active;
      }
    } else if (event.key === ' ') {
      if (event.shiftKey) this.chooseRange(this.anchor, active); else this.toggle(active);
    } else if ((event.key === 'Enter' && !hasControl) || event.key === 'F2') {
      this.edit(active);
    } else if (event.key.toLowerCase() === 'v' && !hasControl) {
      viewer.open(active);
    } else if (event.key === 'Escape' && album.chosen.size) {
      album.chooseAll([]);
      say('None is chosen.');
    } else if (hasControl && event.key.toLowerCase() === 'a') {
      album.chooseAll(album.shown);
      say(`${plural(album.shown.length, 'picture', 'pictures')} chosen.`);
    } else return;
    event.preventDefault();
  },

  press(event) {
    const cell = event.target.closest?.('.cell')?.cell;
    if (!cell?.picture || event.target.closest('.cell-edit')) return;
    const place = album.shown.indexOf(cell.picture);
    if (event.shiftKey) this.chooseRange(this.anchor, place);
    else if (event.target.closest('.tick') || event.ctrlKey || event.metaKey) this.toggle(place);
    else if (event.target.closest('.cell-text')) return this.edit(place);
    else this.anchor = place;
    this.focus(place);
  },
};

grid.node.addEventListener('scroll', () => {
  grid.frame ||= requestAnimationFrame(() => { grid.frame = 0; grid.render(); });
}, { passive: true });
// A screen reader moves the focus by itself.
grid.node.addEventListener('focusin', event => {
  const { picture } = event.target.closest('.cell')?.cell ?? {};
  if (!picture || album.shown[grid.active] === picture) return;
  grid.active = album.shown.indexOf(picture);
  grid.mark();
});
grid.node.addEventListener('keydown', event => grid.key(event));
grid.node.addEventListener('click', event => grid.press(event));
grid.node.addEventListener('dblclick', event => {
  const cell = event.target.closest('.cell')?.cell;
  if (cell?.picture && event.target.closest('.thumb')) viewer.open(album.shown.indexOf(cell.picture));
});
new ResizeObserver(() => grid.layout()).observe(grid.node);
