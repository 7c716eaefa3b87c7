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

  // What a change would do, with what is to be known besides. wanted: [[picture, after], ...]
  async preview(title, wanted, note = '') {
    const most = 200;
    const rows = wanted.slice(0, most).map(([picture, after]) => make('li', {},
      make('p', { className: 'cell-name' }, picture.path), ...difference(picture.text, after)));
    const more = wanted.length > most ? [make('p', { className: 'muted' },
      `And ${plural(wanted.length - most, 'more', 'more')}.`)] : [];
    const list = make('ul', { className: 'preview', tabIndex: 0, 'aria-label': 'What changes' }, ...rows);
    const notes = note ? [make('p', { className: 'small' }, note)] : [];
    const [answer] = await this.ask(title, [...notes, list, ...more],
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
    await this.look(`Replace "${find}" by "${by}"`, `the replacing of "${find}"`, wanted);
  },

  async addTag(isFirst) {
    const tag = CaptionFile.trimmed($('tag-name').value).replace(/^,+|,+$/g, '');
    if (!tag) return complainOf('Say which tag.', $('tag-name'));
    const without = album.targets.filter(picture => !picture.obstacle && !picture.tags.has(tag.toLowerCase()));
    // With the tag for its caption, a picture that has failed would count as captioned.
    const able = without.filter(picture => picture.text || !picture.trouble);
    const failed = without.length - able.length, bare = able.filter(picture => !picture.text).length;
    const added = text => (!text ? tag : isFirst ? `${tag}, ${text}` : `${text}, ${tag}`);
    const wanted = able.map(picture => [picture, added(picture.text)]);
    const those = plural(failed, 'picture that has failed is', 'pictures that have failed are');
    const leftOut = failed ? `${those} left out.` : '';
    if (!wanted.length) return complainOf(`There is none to add "${tag}" to. ${leftOut}`, $('tag-name'));
    const only = bare ? `${plural(bare, 'of them has', 'of them have')} no caption: there the tag becomes the whole `
      + 'caption, which a run over the missing leaves alone. ' : '';
    await this.look(`Add "${tag}" ${isFirst ? 'first' : 'last'}`, `the adding of "${tag}"`, wanted, only + leftOut);
  },

  async dropTag() {
    const tag = CaptionFile.trimmed($('tag-name').value).replace(/^,+|,+$/g, '').toLowerCase();
    if (!tag) return complainOf('Say which tag.', $('tag-name'));
    const wanted = album.targets.filter(picture => !picture.obstacle && picture.tags.has(tag))
      .map(picture => [picture, withoutTag(picture.text, tag)]);
    if (!wanted.length) return complainOf(`"${tag}" is a tag of none of them.`, $('tag-name'));
    await this.look(`Drop "${tag}"`, `the dropping of "${tag}"`, wanted);
  },

  // Changes captions after a look at what changes; a caption that has become another one meanwhile stays.
  async look(title, name, wanted, note) {
    complainOf('');
    const before = new Map(wanted.map(([picture]) => [picture, picture.text]));
    if (!await dialogs.preview(title, wanted, note)) return;
    const count = changes.change(name, wanted.filter(([picture]) => picture.text === before.get(picture)));
    bar.tell(`${plural(count, 'caption', 'captions')} changed by ${name}.`);
    bar.show();
  },
};

function withoutTag(text, tag) {
  // Each part with the comma or line end before it.
  const parts = text.match(/(^|[,\n\r]+)[^,\n\r]*/g) ?? [];
  const kept = parts.filter(part => part.replace(/^[,\n\r]+/, '').trim().toLowerCase() !== tag);
  return CaptionFile.trimmed(kept.join('').replace(/^[,\n\r]+/, ''));
}
