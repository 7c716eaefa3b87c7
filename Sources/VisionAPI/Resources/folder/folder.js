// ---- The folder's bar, and what its buttons do

const isFolderView = () => document.body.dataset.view === 'folder';

function showView() {
  const name = location.hash === '#folder' ? 'folder' : 'pictures';
  document.body.dataset.view = name;
  $('album').hidden = name !== 'folder';
  for (const link of $('views').children) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
  // The same tasks in both views.
  if (name === 'folder') $('album-tasks').append($('tasks')); else $('start').before($('tasks'));
  if (name === 'folder') grid.layout();
}

function complainOf(sentence, field) {
  $('album-notice').textContent = sentence;
  $('change-sentence').textContent = '';
  for (let part = field?.closest('details'); part; part = part.parentElement.closest('details')) part.open = true;
  field?.focus();
}

const bar = {
  timer: 0,

  soon() { this.timer ||= setTimeout(() => this.show(), 100); },

  show() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { source, pictures, shown, chosen } = album;
    $('album-body').hidden = $('bar-tools').hidden = !source;
    $('album-empty').hidden = Boolean(source);
    if (!source) return;
    const captioned = pictures.reduce((sum, picture) => sum + (picture.text ? 1 : 0), 0);
    const parts = [`${plural(pictures.length, 'picture', 'pictures')}, ${counted(captioned)} with caption`];
    if (shown.length !== pictures.length) parts.push(`${counted(shown.length)} shown`);
    if (chosen.size) parts.push(`${counted(chosen.size)} chosen`);
    $('album-open').className = '';
    $('task-names').textContent = tasks.boxes.filter(({ box }) => box.checked).map(({ prompt }) => taskName(prompt))
      .join(', ');
    $('album-name').textContent = source.name;
    $('album-sentence').textContent = `${parts.join(', ')}. ${album.notes.join(' ')}`;
    $('undo').disabled = !changes.done.length;
    $('redo').disabled = !changes.undone.length;
    const late = album.late.length;
    $('save-again').hidden = !late;
    $('save-again').textContent = source.writes ? `Save ${counted(late)} again`
      : `Download ${plural(late, 'caption', 'captions')}`;
    for (const node of document.querySelectorAll('[data-targets]')) {
      node.textContent = `${counted(album.targets.length)} ${chosen.size ? 'chosen' : 'shown'}`;
    }
    $('filter-tag').textContent = filter.tag ? `With the tag "${album.tags.get(filter.tag)?.tag ?? filter.tag}". ` : '';
    $('filter-clear').hidden = !filter.isOn;
    for (const option of $('which').options) {
      option.textContent = `${option.textContent.replace(/ \(.*/, '')} (${counted(album.wanted(option.value).length)})`;
    }
    this.showRun();
    tagList.soon();
  },

  // What a change has done.
  tell(sentence) {
    $('change-sentence').textContent = sentence;
    say(sentence);
  },

  showRun() {
    $('caption-go').hidden = captioning.isOn;
    $('extension').disabled = $('full-names').disabled = $('which').disabled = captioning.isOn;
    $('running').hidden = !captioning.isOn && !captioning.sentence;
    $('run-progress').hidden = $('run-pause').hidden = $('run-cancel').hidden = !captioning.isOn;
    $('run-progress').max = Math.max(captioning.total, 1);
    $('run-progress').value = captioning.done;
    $('run-pause').textContent = captioning.isPaused ? 'Go on' : 'Pause';
    $('run-sentence').textContent = (captioning.isOn ? `${captioning.progress()} ` : '') + captioning.sentence;
  },
};

let openings = 0;

async function openAlbum(source) {
  if (album.late.length && !await dialogs.loses(album.late.length)) return;
  const number = openings += 1, isCurrent = () => number === openings;
  if (captioning.isOn) captioning.cancel();
  captioning.sentence = '';
  $('album-name').textContent = source.name;
  try {
    const naming = { extension: FileKinds.extension($('extension').value), isFull: $('full-names').checked };
    const tell = sentence => { $('album-sentence').textContent = sentence; };
    if (!await album.open(source, naming, tell, isCurrent)) return;
  } catch (error) {
    return complainOf(fileSentence(source.name, error));
  }
  complainOf(album.pictures.length ? '' : 'There is no picture in it.');
  thumbs.clear();
  bar.show();
  filter.clear();
  cleaning.look();
  say(`${source.name}: ${$('album-sentence').textContent}`);
}

async function pickFolder() {
  try {
    await openAlbum(new OpenFolder(await showDirectoryPicker({ id: 'captions', mode: 'readwrite' })));
  } catch (error) {
    if (error.name !== 'AbortError') complainOf(fileSentence('The folder', error));
  }
}

const canOpen = isSecureContext && 'showDirectoryPicker' in window;
const canChooseFolder = 'webkitdirectory' in $('album-files');
$('album-open').hidden = !canOpen && !canChooseFolder;
$('album-some').hidden = canOpen;
$('album-way').textContent = canOpen
  ? 'The browser asks whether this page may write there. Each caption is saved as soon as it is there.'
  : 'This browser lets no page write into a folder, or does so on localhost and with https only. Captions are kept in '
    + 'this page, and you download them as a zip file to unpack over the folder.';
$('album-open').addEventListener('click', () => (canOpen ? pickFolder() : $('album-files').click()));
$('album-some').addEventListener('click', () => $('album-pictures').click());
for (const id of ['album-files', 'album-pictures']) {
  $(id).addEventListener('change', () => {
    if ($(id).files.length) openAlbum(new ChosenFiles($(id).files));
    $(id).value = '';
  });
}

// A folder that is dropped is opened, too.
async function dropOnAlbum(items) {
  // All of it has to be taken before anything is waited for.
  const files = items.map(item => item.getAsFile()).filter(Boolean);
  const isFolder = items[0].webkitGetAsEntry?.()?.isDirectory ?? false;
  const handle = canOpen && isFolder ? await items[0].getAsFileSystemHandle().catch(() => null) : null;
  if (handle?.kind === 'directory') {
    const answer = await handle.requestPermission?.({ mode: 'readwrite' }) ?? 'granted';
    if (answer === 'granted') return openAlbum(new OpenFolder(handle));
    return complainOf('The browser does not let this page write there.');
  }
  if (isFolder) return complainOf('Press Open folder to choose it.');
  return openAlbum(new ChosenFiles(files));
}

$('caption-form').addEventListener('submit', async event => {
  event.preventDefault();
  if (captioning.isOn || !album.source) return;
  let prompts;
  try { prompts = tasks.prompts(); } catch (error) { return complainOf(error.message, error.field); }
  if (!tasks.areListed) return complainOf('The server has not said yet what it can do.');
  if (!prompts.length) return complainOf('Choose a task.', tasks.boxes[0]?.box);
  const which = $('which').value;
  const wanted = album.wanted(which);
  if (!wanted.length) {
    return complainOf(which === 'missing' ? 'None is left without a caption.'
      : which === 'chosen' && !album.chosen.size ? 'None is chosen.' : 'None of them can have a caption.');
  }
  complainOf('');
  const replaced = wanted.filter(picture => picture.text).length;
  if (replaced && !await dialogs.replaces(replaced)) return;
  captioning.start(wanted, prompts, which === 'missing', cleaning.rulesOfRun());
  refresh();
});

$('run-pause').addEventListener('click', () => {
  if (captioning.isPaused) captioning.resume(); else captioning.pause();
});
$('run-cancel').addEventListener('click', () => captioning.cancel());
$('undo').addEventListener('click', () => changes.undo());
$('redo').addEventListener('click', () => changes.redo());
$('save-again').addEventListener('click', () => {
  if (album.source.writes) { for (const picture of album.unsaved) saving.add(picture); } else downloadCaptions();
});

function downloadCaptions() {
  const pictures = [...album.unsaved];
  for (let start = 0; start < pictures.length; start += maxZipFiles) {
    const files = pictures.slice(start, start + maxZipFiles).map(({ captionPath, text, disk }) => (
      { path: captionPath, bytes: CaptionFile.bytes(text, disk.isMarked) }));
    save(`${album.source.name}-captions.zip`, 'application/zip', zip(files));
  }
  for (const picture of pictures) {
    picture.disk = { ...picture.disk, text: picture.text };
    album.noteSaving(picture);
  }
  grid.refreshAll();
  bar.show();
  say('The captions are downloaded. Unpack them over the folder.');
}

$('extension').addEventListener('change', () => {
  let extension;
  try { extension = FileKinds.extension($('extension').value); } catch (error) {
    return complainOf(error.message, $('extension'));
  }
  $('extension').value = extension;
  if (album.source && extension !== album.naming.extension) openAlbum(album.source);
});

$('full-names').addEventListener('change', () => { if (album.source) openAlbum(album.source); });

$('filter').addEventListener('submit', event => { event.preventDefault(); filter.apply(); });
$('filter').addEventListener('input', () => filter.soon());
$('filter-clear').addEventListener('click', () => { filter.clear(); $('filter-text').focus(); });
$('tags-part').addEventListener('toggle', () => tagList.show());
$('tags-find').addEventListener('input', () => { tagList.stale = true; tagList.show(); });
$('tags').addEventListener('click', event => {
  const button = event.target.closest('button');
  if (button) filter.by(button.dataset.tag);
});
$('replace').addEventListener('submit', event => { event.preventDefault(); editing.replace(); });
$('tag-form').addEventListener('submit', event => { event.preventDefault(); editing.addTag(false); });
$('tag-first').addEventListener('click', () => editing.addTag(true));
$('tag-drop').addEventListener('click', () => editing.dropTag());
$('tools-open').addEventListener('click', () => {
  const isOpen = $('tools').classList.toggle('open');
  $('tools-open').setAttribute('aria-expanded', String(isOpen));
  $('tools-open').textContent = isOpen ? 'Close' : 'Tools';
});

document.addEventListener('keydown', event => {
  if (!isFolderView() || event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  // In a field it is the field's own text that goes back.
  if (event.target.closest?.('input:not([type=checkbox]), textarea, dialog')) return;
  const key = event.key.toLowerCase();
  if (key === 'z') { if (event.shiftKey) changes.redo(); else changes.undo(); }
  else if (key === 'y') changes.redo();
  else return;
  event.preventDefault();
});

addEventListener('beforeunload', event => {
  if (captioning.isOn || saving.running.size || saving.waiting.size || album.unsaved.size) event.preventDefault();
});
$('tasks').addEventListener('change', () => bar.soon());
addEventListener('hashchange', showView);
showView();
bar.show();
