// Saves [data-autosave] forms while they are being written: 2 s after the last key, one request at
// a time. It says so quietly, tries again when that fails, and stores nothing in the browser.
const PAUSE = 2000;
const RETRY = [5000, 15000, 60000];
const PATIENCE = 3000; // for a request that is on its way when the form itself is sent
const SAID = {
  saved: "Saved",
  failed: "Not saved yet. We try again.",
  stopped: "No longer saved while you write. The button below still keeps everything.",
};

class Autosave {
  constructor(form) {
    this.form = form;
    this.failures = 0;
    [this.shown, this.spoken] = note(form);
    form.addEventListener("input", ({ target }) => target.type === "file" || this.typed());
    // A save on its way begins a draft, too.
    form.addEventListener("draft:wanted", () => this.running || this.later(0));
    form.addEventListener("submit", (event) => this.leave(event));
    addEventListener("pageshow", ({ persisted }) => { if (persisted) this.stopped = false; });
    addEventListener("online", () => this.failures && this.later(0));
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.save());
  }

  typed() {
    if (!this.failures && !this.stopped) this.shown.textContent = "";
    this.later(PAUSE);
  }

  later(milliseconds) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), milliseconds);
  }

  async save() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.running) return this.later(PAUSE);
    this.running = this.send();
    await this.running;
    this.running = null;
  }

  async send() {
    try {
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST", body: words(this.form), keepalive: true, signal: AbortSignal.timeout(20000),
      });
      if (answer.ok) this.saved(await answer.json());
      else if (answer.status === 429 || answer.status >= 500) this.failed(answer);
      else this.stop();
    } catch {
      this.failed();
    }
  }

  saved({ upload }) {
    this.failures = 0;
    this.say("saved");
    this.form.querySelector("[data-pictures]").dataset.upload ??= upload;
    this.form.dispatchEvent(new CustomEvent("draft:begun"));
  }

  failed(answer) {
    const asked = Number(answer?.headers.get("Retry-After")) * 1000 || 0;
    const pause = RETRY[Math.min(this.failures++, RETRY.length - 1)];
    this.say("failed");
    if (!this.timer) this.later(Math.max(answer?.status === 429 ? asked : 0, pause));
  }

  stop() {
    this.stopped = true;
    this.say("stopped");
  }

  // A screen reader hears of a change for the better or worse, not of every time it is saved.
  say(what) {
    this.shown.textContent = SAID[what];
    if (this.spoken.textContent !== SAID[what]) this.spoken.textContent = SAID[what];
  }

  // What is on its way arrives first, so that older words never come after newer ones.
  leave(event) {
    clearTimeout(this.timer);
    this.stopped = true;
    if (!this.running) return;
    event.preventDefault();
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
    Promise.race([this.running, late]).then(() => {
      this.running = null;
      this.form.requestSubmit(event.submitter);
    });
  }
}

function words(form) {
  const data = new FormData(form);
  data.delete("images");
  return data;
}

function note(form) {
  const box = document.createElement("div");
  const shown = document.createElement("span");
  const spoken = document.createElement("span");
  box.className = "saved";
  shown.className = "saved__text";
  shown.ariaHidden = "true";
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  box.append(shown, spoken);
  form.append(box);
  return [shown, spoken];
}

for (const form of document.querySelectorAll("[data-autosave]")) new Autosave(form);
