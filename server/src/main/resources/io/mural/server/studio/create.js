// Create: a request, its plan while it is written, and the picture as it comes.
import { LitElement, html, nothing, live } from "/studio/vendor/lit.js";
import { JOBS, ask, bytes, state, time } from "/studio/api.js";

const SIDES = [256, 512, 1024, 2048, 4096, 8192, 16384];
const DRAFT = "mural.draft";
const PLAN_DELAY = 400;

const fresh = () => ({ prompt: "", negative: "", model: "", width: null, height: null, seed: "", steps: "",
  guidance: "", true_cfg: "", count: 1, strength: 0.6, loras: [] });

export function useSettings(request) {
  const draft = { ...fresh(), ...request };
  for (const key of Object.keys(draft)) if (!(key in fresh())) delete draft[key];
  localStorage.setItem(DRAFT, JSON.stringify(draft));
  location.hash = "#/create";
}

class MuralCreate extends LitElement {
  static properties = { draft: { state: true }, plan: { state: true }, problem: { state: true }, pictures: { state: true },
    mine: { state: true }, busy: { state: true } };

  createRenderRoot() { return this; }

  constructor() {
    super();
    this.pictures = [];
    try {
      this.draft = { ...fresh(), ...JSON.parse(localStorage.getItem(DRAFT) ?? "{}") };
    } catch {
      this.draft = fresh();
    }
    this.changed = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    state.addEventListener("change", this.changed);
    this.pasted = (event) => this.take([...(event.clipboardData?.files ?? [])]);
    addEventListener("paste", this.pasted);
    this.replan();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    state.removeEventListener("change", this.changed);
    removeEventListener("paste", this.pasted);
    clearTimeout(this.timer);
  }

  get model() {
    return state.info.models.find((model) => model.id === this.draft.model) ?? state.info.models[0];
  }

  set(change) {
    this.draft = { ...this.draft, ...change };
    localStorage.setItem(DRAFT, JSON.stringify(this.draft));
    this.replan();
  }

  /** The fields that have an effect; the server refuses the others. */
  request() {
    const { draft, model } = this;
    const request = { prompt: draft.prompt, model: model.id, count: Number(draft.count) };
    const number = (key) => { if (draft[key] !== "" && draft[key] !== null) request[key] = Number(draft[key]); };
    if (draft.width && draft.height) Object.assign(request, { width: Number(draft.width), height: Number(draft.height) });
    ["seed", "steps", "true_cfg"].forEach(number);
    if (model.guided) number("guidance");
    if (draft.negative && this.guides) request.negative = draft.negative;
    if (draft.loras.length) request.loras = draft.loras;
    if (this.pictures.length && model.references) request.references = this.pictures;
    if (this.pictures.length && !model.references) {
      request.init_image = this.pictures[0];
      request.strength = Number(draft.strength);
    }
    return request;
  }

  get guides() {
    return Number(this.draft.true_cfg === "" ? this.model.true_cfg : this.draft.true_cfg) !== 1;
  }

  replan() {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const request = { ...this.request(), count: 1 };
      if (!request.prompt.trim()) request.prompt = "a picture";
      const number = (this.asked = (this.asked ?? 0) + 1);
      try {
        const plan = await ask("/mural/v1/plan", { body: request });
        if (number === this.asked) { this.plan = plan; this.problem = null; }
      } catch (error) {
        if (number === this.asked) { this.plan = null; this.problem = error.message; }
      }
    }, PLAN_DELAY);
  }

  async submit(event) {
    event?.preventDefault();
    if (!this.draft.prompt.trim() || this.busy) {
      this.querySelector("textarea").focus();
      return;
    }
    this.busy = true;
    try {
      const job = await ask(JOBS, { body: this.request() });
      // An event may have told more of it by now.
      if (!state.find(job.id)) state.put(job);
      this.mine = job.id;
      this.problem = null;
    } catch (error) {
      this.problem = error.message;
    }
    this.busy = false;
  }

  async take(files) {
    const images = files.filter((file) => file.type.startsWith("image/"));
    const urls = await Promise.all(images.map((file) => new Promise((done, failed) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.onerror = () => failed(reader.error);
      reader.readAsDataURL(file);
    })));
    if (!urls.length) return;
    this.pictures = this.model.references ? [...this.pictures, ...urls].slice(0, state.info.limits.references) : [urls[0]];
    this.replan();
  }

  render() {
    const job = state.find(this.mine) ?? state.running ?? state.jobs.find((each) => each.status === "done");
    return html`<h2 class="visually-hidden">Create</h2><div class="columns">${this.form()}
      <section class="card" aria-label="Picture">${job ? this.result(job)
        : html`<p class="empty">Describe a picture and press Create.</p>`}</section></div>`;
  }

  form() {
    const { draft, model } = this;
    const width = draft.width ?? model.width, height = draft.height ?? model.height;
    const text = (key) => (event) => this.set({ [key]: event.target.value });
    return html`<form class="card" @submit=${this.submit} @keydown=${(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit(event);
      }}>
      <label>Prompt <small>Ctrl+Enter creates</small>
        <textarea name="prompt" required .value=${live(draft.prompt)} @input=${text("prompt")}
          placeholder="a sunset over purple mountains and a calm sea"></textarea></label>
      ${this.field("Negative prompt", "negative", this.guides ? null : "needs a true CFG other than 1", { type: "text" })}
      <label>Model<select name="model" @change=${(event) => this.set({ model: event.target.value, width: null, height: null })}>
        ${state.info.models.map((each) => html`<option value=${each.id} ?selected=${each.id === model.id}>${each.id}</option>`)}</select></label>
      <div class="presets" role="group" aria-label="Size, a square">${SIDES.map((side) => html`<button type="button"
          aria-pressed=${width === side && height === side} @click=${() => this.set({ width: side, height: side })}>${side}</button>`)}</div>
      <div class="row">
        <label>Width<input type="number" name="width" min="16" step="16" .value=${live(String(width))}
          @change=${(event) => this.set({ width: Number(event.target.value), height })}></label>
        <label>Height<input type="number" name="height" min="16" step="16" .value=${live(String(height))}
          @change=${(event) => this.set({ width, height: Number(event.target.value) })}></label>
        <label>Pictures<input type="number" name="count" min="1" max=${state.info.limits.n} .value=${live(String(draft.count))} @input=${text("count")}></label>
      </div>
      <div class="row">
        <label>Seed<input type="number" name="seed" min="0" placeholder="drawn" .value=${live(String(draft.seed))} @input=${text("seed")}></label>
        <button type="button" title="Draw a seed and keep it" aria-label="Draw a seed and keep it"
          @click=${() => this.set({ seed: Math.floor(Math.random() * 2 ** 32) })}>Draw</button>
        <button type="button" title="A new seed each time" aria-label="A new seed each time" ?disabled=${draft.seed === ""}
          @click=${() => this.set({ seed: "" })}>Clear</button>
      </div>
      <div class="row">
        ${this.field("Steps", "steps", null, { placeholder: model.steps, min: 1 })}
        ${this.field("Guidance", "guidance", model.guided ? null : "this model takes none", { placeholder: model.guidance, min: 0, step: 0.1 })}
        ${this.field("True CFG", "true_cfg", null, { placeholder: model.true_cfg, min: 0, step: 0.1 })}
      </div>
      ${this.loras()} ${this.inputs()}
      <p class="plan" role="status">${this.problem ? html`<span class="error">${this.problem}</span>` : this.plan ? this.figures() : "…"}</p>
      <button class="main" ?disabled=${this.busy}>Create</button>
    </form>`;
  }

  field(name, key, why, { type = "number", placeholder = "", min = nothing, step = nothing }) {
    return html`<label>${name} ${why ? html`<small>${why}</small>` : nothing}<input type=${type} name=${key} min=${min} step=${step}
      placeholder=${placeholder} ?disabled=${why !== null} .value=${live(String(this.draft[key]))}
      @input=${(event) => this.set({ [key]: event.target.value })}></label>`;
  }

  loras() {
    const there = state.info.loras;
    if (!there.length) return html`<p class="soft">No LoRAs: the server was started without a folder of them.</p>`;
    const chosen = this.draft.loras;
    return html`<fieldset><legend>LoRAs</legend>${there.map((name) => {
      const at = chosen.find((lora) => lora.name === name);
      const others = chosen.filter((lora) => lora.name !== name);
      return html`<div class="row"><label><span><input type="checkbox" .checked=${live(Boolean(at))}
          @change=${(event) => this.set({ loras: event.target.checked ? [...others, { name, scale: 1 }] : others })}> ${name}</span></label>
        ${at ? html`<label>Scale<input type="number" step="0.05" .value=${live(String(at.scale))}
          @change=${(event) => this.set({ loras: [...others, { name, scale: Number(event.target.value) }] })}></label>` : nothing}</div>`;
    })}</fieldset>`;
  }

  inputs() {
    const { model, pictures } = this;
    const over = (on) => (event) => { event.preventDefault(); event.currentTarget.classList.toggle("over", on); };
    return html`<div class="drop" @dragover=${over(true)} @dragleave=${over(false)}
        @drop=${(event) => { over(false)(event); this.take([...event.dataTransfer.files]); }}>
      <label>${model.references ? "References" : "Picture to start from"} <small>choose, drop or paste</small>
        <input type="file" accept="image/png,image/jpeg" ?multiple=${model.references}
          @change=${(event) => { this.take([...event.target.files]); event.target.value = ""; }}></label>
      ${pictures.length ? html`<div class="thumbs">${pictures.map((url, index) => html`<img src=${url} alt="Picture ${index + 1}">`)}</div>
        <button type="button" @click=${() => { this.pictures = []; this.replan(); }}>Remove</button>
        ${model.references ? nothing : html`<label>Strength ${this.draft.strength} <small>1 ignores the picture</small>
          <input type="range" min="0.05" max="1" step="0.05" .value=${live(String(this.draft.strength))}
            @input=${(event) => this.set({ strength: Number(event.target.value) })}></label>`}` : nothing}
    </div>`;
  }

  figures() {
    const { plan } = this;
    const levels = plan.levels.length > 1 ? `, levels ${plan.levels.map((level) => `${level.width}×${level.height}`).join(" → ")}` : "";
    return `${plan.width}×${plan.height}, ${plan.steps} steps: about ${time(plan.seconds)} a picture, ${bytes(plan.memory_bytes)} beside the weights${levels}`;
  }

  result(job) {
    const done = job.pictures.length;
    return html`<div class="live">
      ${done && job.status !== "running" ? job.pictures.map((picture) => html`<a href="#/library/${job.id}/${picture.number}">
          <img src=${picture.url.replace(".png", ".jpg")} alt=${job.request.prompt} width=${picture.width} height=${picture.height}></a>`)
        : job.preview ? html`<img src=${job.preview} alt="Preview of ${job.request.prompt}">` : nothing}
      <mural-progress .job=${job}></mural-progress></div>`;
  }
}

/** A line of what a job is doing, with a bar and a way to stop it. */
class MuralProgress extends LitElement {
  static properties = { job: {} };

  createRenderRoot() { return this; }

  render() {
    const { job } = this;
    const { progress } = job;
    const stop = html`<button class="bad" @click=${() => ask(`${JOBS}/${job.id}`, { method: "DELETE" })}>Cancel</button>`;
    switch (job.status) {
      case "running": return html`<div style="width: 100%"><progress aria-label="Progress" max="1" .value=${progress?.fraction ?? 0}></progress>
        <div class="row" style="justify-content: space-between; align-items: center"><span class="soft" role="status">${words(progress)}</span>${stop}</div></div>`;
      case "queued": return html`<p role="status">Waiting, place ${job.position}. ${stop}</p>`;
      case "failed": return html`<p class="error" role="alert">${job.error.message}</p>`;
      case "cancelled": return html`<p role="status">Cancelled.</p>`;
      default: return html`<p class="soft">${job.request.prompt}</p>`;
    }
  }
}

export function words(progress) {
  if (!progress) return "Starting …";
  const parts = [];
  if (progress.pictures > 1) parts.push(`picture ${progress.picture} of ${progress.pictures}`);
  if (progress.levels > 1) parts.push(`level ${progress.level} of ${progress.levels}`);
  parts.push(progress.steps > 1 ? `${progress.stage} ${progress.step} of ${progress.steps}` : progress.stage);
  parts.push(`${time(progress.seconds_left)} left`);
  return parts.join(", ");
}

customElements.define("mural-progress", MuralProgress);
customElements.define("mural-create", MuralCreate);
