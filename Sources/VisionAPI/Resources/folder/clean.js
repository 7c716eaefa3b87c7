// ---- The clean-up, which the server does by the rules of the command

const cleaning = {
  // Below what the server takes at a time.
  mostTexts: 1000,
  mostBytes: 500_000,
  mostText: 64 << 10,

  async look() {
    if (!$('clean-part').hidden) return;
    try {
      const api = await (await request('openapi.json')).json();
      $('clean-part').hidden = !api?.paths?.['/clean'];
    } catch { /* without it, then */ }
  },

  // The fields of the request that are wanted.
  rules() {
    const rules = {};
    const listOf = text => text.split(/[,\n]/).map(tag => tag.trim()).filter(Boolean);
    for (const field of $('clean').elements) {
      const { name, value } = field;
      if (!name) continue;
      if (field.type === 'checkbox') { if (field.checked) rules[name] = true; }
      else if (field.type === 'number') { if (field.valueAsNumber >= 1) rules[name] = Math.floor(field.valueAsNumber); }
      else if (name === 'spelling') { if (value) rules[value] = true; }
      else if (name === 'kind') { if (value) rules[name] = value; }
      else if (listOf(value).length) rules[name] = listOf(value);
    }
    return rules;
  },

  // Whether they do anything; what the captions are is no rule.
  isWanted: rules => Object.keys(rules).some(name => name !== 'kind'),

  // What the answers are, the server knows by their task.
  rulesOfRun() {
    const { kind, ...rules } = this.rules();
    return $('clean-new').checked && this.isWanted(rules) ? rules : null;
  },

  *pieces(pictures) {
    let piece = [], size = 0;
    for (const picture of pictures) {
      // Three bytes at most for each unit of UTF-16, and more where JSON needs a backslash.
      const { length } = JSON.stringify(picture.text);
      if (length * 3 > this.mostText) continue;
      if (piece.length === this.mostTexts || size + length * 3 > this.mostBytes) {
        yield piece;
        [piece, size] = [[], 0];
      }
      piece.push(picture);
      size += length * 3 + 1;
    }
    if (piece.length) yield piece;
  },

  async cleaned(pictures, clean) {
    const wanted = [];
    for (const piece of this.pieces(pictures)) {
      const response = await request('clean', {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ texts: piece.map(picture => picture.text), clean }),
      });
      const { texts } = await response.json();
      piece.forEach((picture, i) => {
        const text = typeof texts?.[i] === 'string' ? CaptionFile.trimmed(texts[i]) : picture.text;
        if (text && text !== picture.text) wanted.push([picture, text]);
      });
    }
    return wanted;
  },

  async preview() {
    const rules = this.rules();
    if (!this.isWanted(rules)) return complainOf('Say what to clean up.', $('clean').elements[0]);
    const button = $('clean-look');
    button.disabled = true;
    try {
      const pictures = album.targets.filter(picture => picture.text && !picture.obstacle);
      const before = new Map(pictures.map(picture => [picture, picture.text]));
      const wanted = (await this.cleaned(pictures, rules)).filter(([picture]) => picture.text === before.get(picture));
      if (!wanted.length) return complainOf('Nothing in them would change.');
      await editing.look('What the clean-up changes', 'the clean-up', wanted);
    } catch (error) {
      complainOf(sentenceOf(error));
    } finally {
      button.disabled = false;
    }
  },
};

$('clean').addEventListener('submit', event => { event.preventDefault(); cleaning.preview(); });
