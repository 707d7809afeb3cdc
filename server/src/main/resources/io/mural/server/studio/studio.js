// The frame of the page: which screen the address bar names, the token, messages.
import { LitElement, html, nothing } from "/studio/vendor/lit.js";
import { ask, start, state } from "/studio/api.js";
import "/studio/create.js";
import "/studio/queue.js";
import "/studio/library.js";
import "/studio/zoom.js";

const SCREENS = [["create", "Create"], ["queue", "Queue"], ["library", "Library"]];

class MuralStudio extends LitElement {
  static properties = { route: { state: true }, toast: { state: true }, problem: { state: true } };

  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.read();
    addEventListener("hashchange", () => this.read());
    addEventListener("toast", (event) => this.say(event.detail));
    state.addEventListener("change", () => this.requestUpdate());
    this.begin();
  }

  async begin() {
    try {
      await start();
      this.problem = null;
    } catch (error) {
      if (error.status !== 401) this.problem = error.message;
    }
  }

  read() {
    const [screen, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
    this.route = { screen: screen || "create", rest };
    this.updateComplete.then(() => {
      const heading = this.querySelector("main h2");
      document.title = heading ? `${heading.textContent} – mural` : "mural";
    });
  }

  say({ text, action, label }) {
    clearTimeout(this.timer);
    this.toast = { text, action, label };
    this.timer = setTimeout(() => { this.toast = null; }, 8000);
  }

  render() {
    const waiting = state.waiting.length + (state.running ? 1 : 0);
    return html`
      <header>
        <h1 class="brand">mural</h1>
        <nav aria-label="Screens">
          ${SCREENS.map(([id, name]) => html`<a href="#/${id}" aria-current=${this.isAt(id) ? "page" : nothing}>${name}${
            id === "queue" && waiting ? html` <span aria-label="${waiting} jobs">(${waiting})</span>` : nothing}</a>`)}
        </nav>
        ${state.info && !state.connected ? html`<span class="soft" role="status">Connecting …</span>` : nothing}
      </header>
      <main>${state.locked ? this.lock() : this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : this.screen()}</main>
      ${this.toast ? html`<div class="toast" role="status"><span>${this.toast.text}</span>${this.toast.action
        ? html`<button @click=${() => { this.toast.action(); this.toast = null; }}>${this.toast.label}</button>` : nothing}</div>` : nothing}`;
  }

  isAt(id) {
    return this.route.screen === id || (id === "library" && this.route.screen === "compare");
  }

  screen() {
    if (!state.info) return html`<p class="soft">Loading …</p>`;
    const { screen, rest } = this.route;
    switch (screen) {
      case "queue": return html`<mural-queue></mural-queue>`;
      case "library": return rest.length
        ? html`<mural-picture .job=${rest[0]} .number=${Number(rest[1] ?? 1)} .other=${rest.slice(2)}></mural-picture>`
        : html`<mural-library></mural-library>`;
      default: return html`<mural-create></mural-create>`;
    }
  }

  lock() {
    return html`<form class="card" style="max-width: 26rem" @submit=${this.unlock}>
      <h2>Token</h2>
      <label>Token of this server<input type="password" name="token" autocomplete="current-password" required></label>
      ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
      <button class="main">Open</button></form>`;
  }

  async unlock(event) {
    event.preventDefault();
    const token = new FormData(event.target).get("token");
    try {
      await ask("/mural/v1/session", { body: { token } });
      await this.begin();
      this.problem = null;
    } catch (error) {
      this.problem = error.message;
    }
  }
}

customElements.define("mural-studio", MuralStudio);
