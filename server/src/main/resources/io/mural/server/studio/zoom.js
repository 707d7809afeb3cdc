// A picture: deep zoom into its tiles, compared with another, what it was made from.
import { LitElement, html, nothing } from "/studio/vendor/lit.js";
import { JOBS, ask, state } from "/studio/api.js";
import { useSettings } from "/studio/create.js";
import { thumbnail } from "/studio/library.js";

class MuralPicture extends LitElement {
  static properties = { job: {}, number: {}, other: {}, loaded: { state: true }, part: { state: true }, choosing: { state: true },
    region: { state: true }, problem: { state: true } };

  createRenderRoot() { return this; }

  constructor() {
    super();
    this.part = 0.5;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.viewer?.destroy();
    this.viewer = null;
  }

  async willUpdate(changed) {
    if (changed.has("job") || changed.has("number") || changed.has("other")) this.load();
  }

  async load() {
    this.choosing = false;
    this.region = null;
    this.problem = null;
    try {
      const first = state.find(this.job) ?? await ask(`${JOBS}/${this.job}`);
      const second = this.other.length ? state.find(this.other[0]) ?? await ask(`${JOBS}/${this.other[0]}`) : null;
      this.loaded = { first, second };
      await this.updateComplete;
      this.show();
    } catch (error) {
      this.loaded = { problem: error.message };
    }
  }

  picture(job, number) {
    return job?.pictures.find((each) => each.number === number);
  }

  show() {
    const first = this.picture(this.loaded.first, this.number);
    const second = this.picture(this.loaded.second, Number(this.other[1] ?? 1));
    if (!first) return;
    this.viewer?.destroy();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.viewer = OpenSeadragon({
      element: this.querySelector(".zoom"),
      tileSources: first.tiles,
      showNavigationControl: false,
      showNavigator: false,
      maxZoomPixelRatio: 4,
      animationTime: still ? 0 : 0.6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      // A canvas draws clipped pictures alike everywhere.
      drawer: "canvas",
    });
    if (second) {
      this.viewer.addTiledImage({ tileSource: second.tiles, width: 1, success: ({ item }) => { this.upper = item; this.clip(); } });
      for (const event of ["animation", "resize", "open"]) this.viewer.addHandler(event, () => this.clip());
    } else {
      this.upper = null;
    }
  }

  /** Shows of the upper picture what is right of the handle. */
  clip() {
    if (!this.upper || !this.viewer) return;
    const size = this.upper.getContentSize();
    const left = this.upper.viewerElementToImageCoordinates(
      new OpenSeadragon.Point(this.viewer.container.clientWidth * this.part, 0)).x;
    const from = Math.min(size.x, Math.max(0, left));
    this.upper.setOpacity(from >= size.x ? 0 : 1);
    this.upper.setClip(new OpenSeadragon.Rect(from, 0, Math.max(1, size.x - from), size.y));
  }

  slide(event) {
    const box = this.querySelector(".viewer").getBoundingClientRect();
    this.part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.clip();
  }

  keys(event) {
    const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.part = Math.min(1, Math.max(0, this.part + by));
    this.clip();
  }

  /** Begins with the middle of what is seen, or ends. */
  toggleRegion(picture) {
    this.problem = null;
    if (this.region) {
      this.mark(null);
      return;
    }
    const seen = this.viewer.world.getItemAt(0).viewportToImageRectangle(this.viewer.viewport.getBounds());
    const left = Math.max(0, seen.x);
    const top = Math.max(0, seen.y);
    const right = Math.min(picture.width, seen.x + seen.width);
    const bottom = Math.min(picture.height, seen.y + seen.height);
    this.mark({ x: Math.round(left + (right - left) / 4), y: Math.round(top + (bottom - top) / 4),
      width: Math.max(1, Math.round((right - left) / 2)), height: Math.max(1, Math.round((bottom - top) / 2)) });
  }

  /** Shows a rectangle of the picture, in its pixels. */
  mark(region) {
    this.region = region;
    this.viewer.removeOverlay("region");
    if (!region) return;
    const frame = document.createElement("div");
    frame.id = "region";
    frame.className = "region";
    this.viewer.addOverlay({ element: frame, location: this.viewer.world.getItemAt(0)
      .imageToViewportRectangle(region.x, region.y, region.width, region.height) });
  }

  /** The pixel of the picture under the pointer. */
  pixel(event, picture) {
    const box = this.querySelector(".viewer").getBoundingClientRect();
    const at = this.viewer.world.getItemAt(0).viewerElementToImageCoordinates(
      new OpenSeadragon.Point(event.clientX - box.left, event.clientY - box.top));
    return { x: Math.min(picture.width, Math.max(0, Math.round(at.x))), y: Math.min(picture.height, Math.max(0, Math.round(at.y))) };
  }

  drag(event, picture) {
    const to = this.pixel(event, picture);
    const { from } = this;
    if (to.x === from.x || to.y === from.y) return;
    this.mark({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) });
  }

  async paint(event, first) {
    event.preventDefault();
    this.problem = null;
    try {
      const prompt = this.querySelector("[name=region-prompt]").value;
      state.put(await ask(`${JOBS}/${first.id}/pictures/${this.number}/regions`, { body: { ...this.region, prompt } }));
      location.hash = "#/queue";
    } catch (error) {
      this.problem = error.message;
    }
  }

  regionForm(first, picture) {
    const side = (name, label, most) => html`<label>${label}<input type="number" name="region-${name}" min="0" max=${most}
      .value=${String(this.region[name])} @change=${(event) => this.mark({ ...this.region, [name]: Number(event.target.value) })}></label>`;
    return html`<form class="card" @submit=${(event) => this.paint(event, first)}>
      <p class="soft">Draw a rectangle over the picture; it is painted anew, all else stays.</p>
      <label>Prompt<textarea name="region-prompt" rows="2" .value=${first.request.prompt}></textarea></label>
      <div class="row">${side("x", "Left", picture.width)}${side("y", "Top", picture.height)}
        ${side("width", "Width", picture.width)}${side("height", "Height", picture.height)}</div>
      ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
      <div class="actions"><button class="main">Paint anew</button></div></form>`;
  }

  render() {
    if (!this.loaded) return html`<p class="soft">Loading …</p>`;
    if (this.loaded.problem) return html`<h2>Picture</h2><p class="error" role="alert">${this.loaded.problem}</p>`;
    const { first, second } = this.loaded;
    const picture = this.picture(first, this.number);
    if (!picture) return html`<h2>Picture</h2><p class="error">This picture is not there.</p>`;
    return html`<h2 class="ellipsis">${first.request.prompt}</h2>
      <div class="actions">
        <button @click=${() => this.viewer.viewport.zoomBy(1.6).applyConstraints()}>Zoom in</button>
        <button @click=${() => this.viewer.viewport.zoomBy(1 / 1.6).applyConstraints()}>Zoom out</button>
        <button @click=${() => this.viewer.viewport.goHome()}>Whole picture</button>
        ${second ? html`<a class="button" href="#/library/${first.id}/${this.number}">End comparison</a>`
          : html`<button aria-expanded=${Boolean(this.choosing)} @click=${() => { this.choosing = !this.choosing; }}>Compare …</button>
            <button aria-expanded=${Boolean(this.region)} @click=${() => this.toggleRegion(picture)}>Paint a part …</button>`}
      </div>
      ${this.choosing ? this.others(first) : nothing}
      ${this.region ? this.regionForm(first, picture) : nothing}
      <div class="viewer"><div class="zoom" style="width: 100%; height: 100%" role="img" aria-label=${first.request.prompt}></div>
        ${this.region ? html`<div class="drawing" @pointerdown=${(event) => {
            this.from = this.pixel(event, picture);
            event.currentTarget.setPointerCapture(event.pointerId);
          }} @pointermove=${(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) this.drag(event, picture); }}></div>` : nothing}
        ${second ? html`<button class="handle" role="slider" aria-label="Border between the pictures" aria-valuemin="0" aria-valuemax="100"
          aria-valuenow=${Math.round(this.part * 100)} style="left: ${this.part * 100}%" @keydown=${this.keys}
          @pointerdown=${(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          @pointermove=${(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) this.slide(event); }}></button>` : nothing}</div>
      ${second ? html`<p class="soft">Left: seed ${picture.seed}, ${first.plan.steps} steps. Right: ${second.request.prompt},
        seed ${this.picture(second, Number(this.other[1] ?? 1))?.seed}, ${second.plan.steps} steps.</p>` : nothing}
      <div class="actions">
        <button class="main" @click=${() => useSettings({ ...first.request, seed: picture.seed, count: 1 })}>Use these settings</button>
        <button @click=${() => this.copy(picture.seed)}>Copy seed</button>
        <a class="button" download="${first.id}-${picture.number}.png" href=${picture.url}>PNG</a>
        <a class="button" download="${first.id}-${picture.number}.jpg" href="${picture.url.replace(".png", ".jpg")}?quality=92">JPEG</a>
        <button class="bad" @click=${() => this.discard(first)}>Delete${first.pictures.length > 1 ? ` all ${first.pictures.length}` : ""}</button>
      </div>
      ${this.facts(first, picture)}`;
  }

  others(first) {
    const pictures = state.jobs.flatMap((job) => job.pictures.map((picture) => ({ job, picture })))
      .filter(({ job, picture }) => job.id !== first.id || picture.number !== this.number);
    return pictures.length ? html`<div class="grid" style="margin: 0 0 1rem">${pictures.slice(0, 60).map(({ job, picture }) => html`
      <a href="#/library/${first.id}/${this.number}/${job.id}/${picture.number}"><img loading="lazy" src=${thumbnail(picture)} alt=${job.request.prompt}>
        <span class="ellipsis">${job.request.prompt}</span></a>`)}</div>` : html`<p class="soft">There is no other picture.</p>`;
  }

  facts(job, picture) {
    const { request } = job;
    const rows = { Size: `${picture.width} × ${picture.height}`, Seed: picture.seed, Steps: job.plan.steps, Model: request.model,
      Negative: request.negative, Guidance: request.guidance, "True CFG": request.true_cfg,
      LoRAs: request.loras.map((lora) => `${lora.name} ${lora.scale}`).join(", "), Finished: job.finished && new Date(job.finished).toLocaleString() };
    return html`<dl class="card">${Object.entries(rows).filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  async copy(seed) {
    const text = await navigator.clipboard?.writeText(String(seed)).then(() => "The seed is copied.", () => null) ?? `The seed is ${seed}.`;
    dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  }

  /** The server forgets it when the message is gone: until then it can be had back. */
  discard(job) {
    job.hidden = true;
    location.hash = "#/library";
    const gone = setTimeout(() => ask(`${JOBS}/${job.id}`, { method: "DELETE" }).catch(() => {}), 8000);
    dispatchEvent(new CustomEvent("toast", { detail: { text: "Deleted.", label: "Undo", action: () => {
      clearTimeout(gone);
      job.hidden = false;
      state.changed();
    } } }));
  }
}

customElements.define("mural-picture", MuralPicture);
