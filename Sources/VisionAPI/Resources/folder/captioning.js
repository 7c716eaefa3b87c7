// ---- The model captions the folder

const captioning = {
  isOn: false,
  isPaused: false,
  waiting: [],
  // The pictures that are asked about, with what stops each.
  running: new Map(),
  done: 0,
  failed: 0,
  seconds: 0,
  sentence: '',

  get total() { return this.done + this.running.size + this.waiting.length; },

  start(pictures, prompts, isMissingOnly, clean) {
    Object.assign(this, {
      isOn: true, isPaused: false, isCancelled: false, waiting: [...pictures], done: 0, failed: 0, seconds: 0,
      sentence: '', prompts, clean, isMissingOnly,
      change: changes.begin(`the captions of ${plural(pictures.length, 'picture', 'pictures')}`),
    });
    for (const picture of pictures) picture.trouble = '';
    this.since = performance.now();
    grid.refreshAll();
    this.next();
  },

  next() {
    while (!this.isPaused && this.running.size < jobs.most && this.waiting.length) {
      const picture = this.waiting.shift(), controller = new AbortController();
      this.running.set(picture, controller);
      this.caption(picture, controller.signal).finally(() => {
        this.running.delete(picture);
        picture.state = '';
        grid.refresh(picture);
        this.next();
      });
    }
    if (this.isOn && !this.running.size && !this.waiting.length) this.end();
    bar.soon();
  },

  async caption(picture, signal) {
    const before = picture.text;
    try {
      const text = await this.ask(picture, signal);
      this.done += 1;
      if (await this.isTaken(picture, before) || signal.aborted) return;
      changes.add(this.change, picture, text);
    } catch (error) {
      if (signal.aborted) return;
      if (this.isServers(error)) {
        this.waiting.unshift(picture);
        this.pause(`${sentenceOf(error)} It goes on when you press Go on.`);
        say(this.sentence);
        return;
      }
      this.done += 1;
      this.failed += 1;
      picture.trouble = error instanceof DOMException ? fileSentence(picture.path, error) : sentenceOf(error);
    }
  },

  // Whether somebody has written a caption meanwhile, here or on the disk.
  async isTaken(picture, before) {
    if (picture.text !== before) return true;
    if (!this.isMissingOnly || !picture.source.writes) return false;
    const now = await picture.source.content(picture.folder, picture.captionName);
    if (now.kind !== 'caption') return false;
    picture.isOnDisk(now);
    album.set(picture, now.text);
    return true;
  },

  // What another picture would meet, too.
  isServers(error) {
    if (!(error instanceof Refusal)) return false;
    return error.code === 'away' || [401, 403, 404].includes(error.status) || error.status > 500;
  },

  async ask(picture, signal) {
    let lost = 0;
    for (;;) {
      const file = await picture.source.file(picture.handle);
      try {
        return await this.askOnce(picture, file, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        const isLost = error.code === 'away' && lost < 3 && file.size < 16e6;
        if (isLost) lost += 1;
        if (error.code === 'away' && file.size >= 16e6) {
          throw new Refusal(`${error.message} The picture may be too large for it.`);
        }
        const seconds = isLost ? 5 : error.wait ?? 0;
        if (!seconds) throw error;
        this.tell(picture, `${sentenceOf(error)} It is tried again in ${seconds} s.`);
        await pause(seconds, signal);
      }
    }
  },

  async askOnce(picture, file, signal) {
    const { prompts, clean } = this, more = {};
    if (clean) more.clean = clean;
    if (thumbs.isUnseen(picture)) more.thumbnail = thumbs.height * 2;
    this.tell(picture, 'Being sent.');
    const response = await request('process_image', {
      method: 'POST', signal, headers: { Accept: 'text/event-stream' },
      body: await body({ picture: { file }, prompts, more }),
    });
    for await (const { event, data } of serverEvents(response)) {
      if (event === 'queued') this.tell(picture, 'Waits for the model.');
      if (event === 'started') this.tell(picture, 'The model looks at it.');
      if (event === 'error') throw new Refusal(String(data.detail), { status: data.status, code: data.code });
      if (event !== 'result') continue;
      if (more.thumbnail && typeof data.thumbnail === 'string') thumbs.take(picture, data.thumbnail);
      return this.text(data.results ? prompts.map(prompt => data.results[prompt]) : [data.result]);
    }
    throw new Error('cut');
  },

  // The answers of several tasks are one caption; what is no text becomes one line of JSON.
  text(results) {
    const texts = results.map(result => (typeof result === 'string' ? CaptionFile.trimmed(result)
      : result == null ? '' : JSON.stringify(result)));
    const caption = texts.filter(Boolean).join(', ');
    if (!caption) throw new Refusal('The answer is empty.', { status: 400 });
    return caption;
  },

  tell(picture, sentence) {
    picture.state = sentence;
    grid.refresh(picture);
  },

  pause(sentence = 'Paused.') {
    if (this.isPaused) return;
    this.isPaused = true;
    this.sentence = sentence;
    this.seconds += (performance.now() - this.since) / 1000;
    bar.soon();
  },

  resume() {
    this.isPaused = false;
    this.sentence = '';
    this.since = performance.now();
    this.next();
  },

  cancel() {
    this.isCancelled = true;
    this.waiting = [];
    for (const controller of this.running.values()) controller.abort();
    this.isPaused = false;
    if (!this.running.size) this.next();
  },

  end() {
    this.isOn = false;
    this.sentence = (this.isCancelled ? 'Cancelled. ' : '')
      + `${plural(this.done - this.failed, 'picture', 'pictures')} done`
      + (this.failed ? `, ${counted(this.failed)} failed.` : '.');
    say(this.sentence);
    saving.settle();
    refreshAnew();
  },

  progress() {
    const { done, failed, total } = this;
    const parts = [`${counted(done)} of ${counted(total)} done`];
    if (failed) parts.push(`${counted(failed)} failed`);
    const seconds = this.seconds + (this.isPaused ? 0 : (performance.now() - this.since) / 1000);
    if (done >= 5 && !this.isPaused) {
      const left = seconds / done * (total - done);
      parts.push(left < 90 ? `${plural(Math.ceil(left), 'second', 'seconds')} left`
        : left < 5400 ? `${Math.round(left / 60)} minutes left` : `${(left / 3600).toFixed(1)} hours left`);
    }
    return `${parts.join(', ')}.`;
  },
};
