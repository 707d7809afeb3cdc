// Library: all finished pictures, searched and filtered.
import { LitElement, html, nothing, repeat } from "/studio/vendor/lit.js";
import { loadMore, state } from "/studio/api.js";

class MuralLibrary extends LitElement {
  static properties = { words: { state: true }, model: { state: true }, size: { state: true } };

  createRenderRoot() { return this; }

  constructor() {
    super();
    this.words = "";
    this.model = "";
    this.size = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.changed = () => this.requestUpdate();
    state.addEventListener("change", this.changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    state.removeEventListener("change", this.changed);
  }

  fits(job) {
    const text = job.request.prompt.toLowerCase();
    return this.words.toLowerCase().split(/\s+/).every((word) => text.includes(word))
      && (!this.model || job.request.model === this.model)
      && (!this.size || `${job.plan.width}×${job.plan.height}` === this.size);
  }

  render() {
    const made = state.jobs.filter((job) => job.pictures.length && !job.hidden);
    const shown = made.filter((job) => this.fits(job)).flatMap((job) => job.pictures.map((picture) => ({ job, picture })));
    const choice = (values, name, key) => html`<label>${name}<select @change=${(event) => { this[key] = event.target.value; }}>
      <option value="">all</option>${[...new Set(values)].map((value) => html`<option ?selected=${this[key] === value}>${value}</option>`)}</select></label>`;
    return html`<h2>Library</h2>
      <div class="row" style="margin-top: .6rem"><label style="flex: 3 1 14rem">Search in prompts<input type="search" .value=${this.words}
          @input=${(event) => { this.words = event.target.value; }}></label>
        ${choice(made.map((job) => job.request.model), "Model", "model")}
        ${choice(made.map((job) => `${job.plan.width}×${job.plan.height}`), "Size", "size")}</div>
      ${shown.length ? html`<div class="grid">${repeat(shown, ({ picture }) => picture.url, ({ job, picture }) => html`
        <a href="#/library/${job.id}/${picture.number}"><img loading="lazy" src=${thumbnail(picture)} alt=${job.request.prompt}>
          <span class="ellipsis">${job.request.prompt}</span><small class="soft">${picture.width}×${picture.height}</small></a>`)}</div>`
        : html`<p class="empty">${made.length ? "No picture matches." : "Pictures appear here when they are finished."}</p>`}
      ${state.more && state.jobs.length ? html`<p style="margin-top: 1rem"><button @click=${loadMore}>Show older</button></p>` : nothing}`;
  }
}

/** A picture of at most a tile's size from the pyramid, so that large ones need not be loaded. */
export function thumbnail(picture) {
  const level = Math.ceil(Math.log2(Math.max(picture.width, picture.height)));
  return `${picture.tiles.replace(".dzi", "_files")}/${Math.min(level, 8)}/0_0.jpg`;
}

customElements.define("mural-library", MuralLibrary);
