// ---- One picture, large, with its caption below

const viewer = {
  node: $('viewer'),
  image: $('viewer-image'),
  field: $('viewer-text'),
  place: 0,
  picture: null,
  url: '',

  open(place) {
    if (!album.shown[place]) return;
    this.node.showModal();
    this.show(place);
  },

  show(place) {
    if (!album.shown[place]) return;
    this.keep();
    const picture = album.shown[place];
    Object.assign(this, { place, picture });
    $('viewer-title').textContent = picture.path;
    $('viewer-count').textContent = `${counted(place + 1)} of ${counted(album.shown.length)}`;
    $('viewer-before').disabled = place === 0;
    $('viewer-next').disabled = place === album.shown.length - 1;
    this.field.value = picture.text;
    this.before = this.field.value;
    this.field.readOnly = Boolean(picture.obstacle);
    this.tell(picture.obstacle || picture.trouble);
    this.field.focus();
    this.load(picture);
  },

  async load(picture) {
    this.release();
    try {
      const file = await picture.source.file(picture.handle);
      if (this.picture !== picture) return;
      // Who goes away and comes back at once has asked twice.
      this.release();
      this.url = URL.createObjectURL(file);
      this.image.alt = picture.name;
      this.image.src = this.url;
      this.image.hidden = false;
    } catch (error) {
      this.tell(fileSentence(picture.path, error));
    }
  },

  tell(sentence) { $('viewer-note').textContent = sentence; },

  // What was typed is a change as any other.
  keep() {
    const { picture, field } = this;
    if (!picture || field.readOnly) return;
    const text = CaptionFile.trimmed(field.value.toWellFormed?.() ?? field.value);
    // Only what was typed: a caption may have come from the model meanwhile.
    if (field.value !== this.before && text !== picture.text) {
      changes.change(`the edit of ${picture.name}`, [[picture, text]]);
    }
  },

  release() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = '';
    this.image.hidden = true;
    this.image.removeAttribute('src');
  },
};

viewer.image.addEventListener('error', () => {
  if (viewer.url) viewer.tell('This browser cannot show the picture. The server may be able to read it all the same.');
});
viewer.node.addEventListener('close', () => {
  viewer.keep();
  viewer.release();
  viewer.picture = null;
  grid.focus(viewer.place);
});
viewer.node.addEventListener('keydown', event => {
  const step = { PageUp: -1, PageDown: 1 }[event.key];
  const isNext = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
  if (!step && !isNext) return;
  event.preventDefault();
  viewer.show(viewer.place + (step ?? 1));
});
$('viewer-before').addEventListener('click', () => viewer.show(viewer.place - 1));
$('viewer-next').addEventListener('click', () => viewer.show(viewer.place + 1));
