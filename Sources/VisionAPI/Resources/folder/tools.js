// ---- What is asked in the middle of the work

const dialogs = {
  last: Promise.resolve(),

  // One after the other. Gives the value of the button, or '' when it was closed.
  ask(title, content, buttons) {
    this.last = this.last.catch(() => {}).then(() => new Promise(resolve => {
      const heading = make('h2', { id: 'dialog-title' }, title);
      const row = make('div', { className: 'buttons' }, ...buttons.map(([value, text], i) =>
        make('button', { type: 'submit', value, className: i ? '' : 'strong', autofocus: !i }, text)));
      const form = make('form', { method: 'dialog' }, heading, ...content, row);
      const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' }, form);
      document.body.append(dialog);
      const before = document.activeElement;
      dialog.addEventListener('close', () => {
        dialog.remove();
        if (before?.isConnected) before.focus({ preventScroll: true });
        resolve([dialog.returnValue, form]);
      });
      dialog.showModal();
    }));
    return this.last;
  },

  async conflict(picture, now) {
    const box = make('input', { type: 'checkbox' });
    const side = (title, text) => make('div', {}, make('h3', {}, title),
      make('p', { className: 'side' }, text || 'Nothing.'));
    const [answer] = await this.ask(`${picture.captionName} has changed on the disk`, [
      make('p', {}, `${picture.captionPath} is not as it was when it was read. Which caption shall it hold?`),
      make('div', { className: 'sides' }, side('On the disk', now.text), side('Here', picture.text)),
      make('label', { className: 'task' }, box, 'The same for all others that have changed'),
    ], [['disk', 'Keep the one on the disk'], ['mine', 'Write the one from here']]);
    return (answer || 'disk') + (box.checked ? ' all' : '');
  },

  async replaces(count) {
    const [answer] = await this.ask(`${plural(count, 'caption', 'captions')} will be replaced`, [
      make('p', {}, 'The pictures have captions already. The model writes new ones in their place; Undo brings the old '
        + 'ones back as long as this page is open.'),
    ], [['', 'Cancel'], ['yes', 'Replace them']]);
    return answer === 'yes';
  },

  async loses(count) {
    const [answer] = await this.ask(`${plural(count, 'caption is', 'captions are')} not saved`, [
      make('p', {}, 'They are lost when another folder is opened.'),
    ], [['', 'Cancel'], ['yes', 'Open it all the same']]);
    return answer === 'yes';
  },

  // What a change would do. wanted: [[picture, after], ...]
  async preview(title, wanted) {
    const most = 200;
    const rows = wanted.slice(0, most).map(([picture, after]) => make('li', {},
      make('p', { className: 'cell-name' }, picture.path), ...difference(picture.text, after)));
    const more = wanted.length > most ? [make('p', { className: 'muted' },
      `And ${plural(wanted.length - most, 'more', 'more')}.`)] : [];
    const list = make('ul', { className: 'preview', tabIndex: 0, 'aria-label': 'What changes' }, ...rows);
    const [answer] = await this.ask(title, [list, ...more],
      [['yes', `Change ${plural(wanted.length, 'caption', 'captions')}`], ['', 'Cancel']]);
    return answer === 'yes';
  },
};

// The old text with what goes, and the new one with what comes.
function difference(before, after) {
  let start = 0, end = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start += 1;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const line = (text, name, label) => make('p', { className: 'words' },
    make('span', { className: 'unseen' }, `${label}: `), text.slice(0, start),
    make(name, {}, text.slice(start, text.length - end)), text.slice(text.length - end));
  return [line(before, 'del', 'Before'), line(after, 'ins', 'After')];
}

// ---- Which pictures are shown

const filter = {
  tag: '',
  timer: 0,

  get isOn() {
    return Boolean(this.tag || $('filter-text').value || $('filter-least').value || $('filter-most').value
      || $('filter-state').value !== 'all');
  },

  pictures() {
    const text = $('filter-text').value.toLowerCase(), state = $('filter-state').value;
    const least = $('filter-least').valueAsNumber, most = $('filter-most').valueAsNumber;
    const states = {
      all: () => true,
      missing: picture => !picture.text,
      captioned: picture => Boolean(picture.text),
      trouble: picture => Boolean(picture.obstacle || picture.trouble),
      unsaved: picture => picture.isUnsaved,
      chosen: picture => picture.isChosen,
    };
    const holds = words => words.toLowerCase().includes(text);
    return album.pictures.filter(picture => {
      if (!states[state](picture) || (this.tag && !picture.tags.has(this.tag))) return false;
      if (text && !holds(picture.text) && !holds(picture.path)) return false;
      if (!(least > 0 || most >= 0)) return true;
      const words = wordCount(picture.text);
      return !(words < least) && !(words > most);
    });
  },

  apply() {
    clearTimeout(this.timer);
    grid.list(this.isOn ? this.pictures() : album.pictures);
    say(`${plural(album.shown.length, 'picture', 'pictures')} shown.`);
    bar.show();
  },

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.apply(), 200);
  },

  by(tag) {
    this.tag = this.tag === tag ? '' : tag;
    this.apply();
  },

  clear() {
    this.tag = '';
    for (const name of ['filter-text', 'filter-least', 'filter-most']) $(name).value = '';
    $('filter-state').value = 'all';
    this.apply();
  },
};

const tagList = {
  most: 150,
  stale: true,
  timer: 0,

  // A run changes it all the time.
  soon() {
    this.stale = true;
    this.timer ||= setTimeout(() => { this.timer = 0; this.show(); }, 400);
  },

  show() {
    if (!$('tags-part').open || !this.stale) return;
    this.stale = false;
    const wanted = $('tags-find').value.trim().toLowerCase();
    const all = [...album.tags].filter(([key]) => !wanted || key.includes(wanted));
    all.sort(([a, { count: x }], [b, { count: y }]) => y - x || order.compare(a, b));
    const focused = document.activeElement?.dataset.tag;
    const rows = all.slice(0, this.most).map(([key, { tag, count }]) => {
      const button = make('button', { type: 'button', 'aria-pressed': String(filter.tag === key) },
        make('span', { className: 'label' }, tag),
        make('span', { className: 'where numbers' }, counted(count)));
      button.dataset.tag = key;
      return make('li', {}, button);
    });
    $('tags').replaceChildren(...rows);
    if (focused !== undefined) $('tags').querySelector(`[data-tag="${CSS.escape(focused)}"]`)?.focus();
    const left = all.length - rows.length;
    $('tags-more').textContent = all.length ? left ? `And ${counted(left)} more.` : '' : 'There is none.';
  },
};

// ---- Changes of many captions

const editing = {
  async replace() {
    const find = $('replace-find').value, by = $('replace-by').value;
    if (!find) return complainOf('Say what to find.', $('replace-find'));
    const escaped = find.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    const isWord = $('replace-words').checked;
    const edge = isWord ? ['(?<![\\p{L}\\p{N}_])', '(?![\\p{L}\\p{N}_])'] : ['', ''];
    const pattern = new RegExp(edge[0] + escaped + edge[1], $('replace-case').checked ? 'gu' : 'giu');
    const wanted = album.targets.filter(picture => picture.text && !picture.obstacle)
      .map(picture => [picture, CaptionFile.trimmed(picture.text.replace(pattern, () => by))])
      .filter(([picture, after]) => after !== picture.text);
    if (!wanted.length) return complainOf(`"${find}" is in none of them.`, $('replace-find'));
    if (await dialogs.preview(`Replace "${find}" by "${by}"`, wanted)) this.apply(`the replacing of "${find}"`, wanted);
  },

  addTag(isFirst) {
    const tag = CaptionFile.trimmed($('tag-name').value).replace(/^,+|,+$/g, '');
    if (!tag) return complainOf('Say which tag.', $('tag-name'));
    const added = text => (!text ? tag : isFirst ? `${tag}, ${text}` : `${text}, ${tag}`);
    this.apply(`the adding of "${tag}"`, album.targets.filter(picture => !picture.tags.has(tag.toLowerCase()))
      .map(picture => [picture, added(picture.text)]));
  },

  dropTag() {
    const tag = CaptionFile.trimmed($('tag-name').value).replace(/^,+|,+$/g, '').toLowerCase();
    if (!tag) return complainOf('Say which tag.', $('tag-name'));
    const wanted = album.targets.filter(picture => picture.tags.has(tag))
      .map(picture => [picture, withoutTag(picture.text, tag)]);
    if (!wanted.length) return complainOf(`"${tag}" is a tag of none of them.`, $('tag-name'));
    this.apply(`the dropping of "${tag}"`, wanted);
  },

  apply(name, wanted) {
    const count = changes.change(name, wanted);
    complainOf('');
    say(`${plural(count, 'caption', 'captions')} changed.`);
    bar.show();
  },
};

function withoutTag(text, tag) {
  // Each part with the comma or line end before it.
  const parts = text.match(/(^|[,\n\r]+)[^,\n\r]*/g) ?? [];
  const kept = parts.filter(part => part.replace(/^[,\n\r]+/, '').trim().toLowerCase() !== tag);
  return CaptionFile.trimmed(kept.join('').replace(/^[,\n\r]+/, ''));
}
