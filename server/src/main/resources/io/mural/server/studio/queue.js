// Queue: the running job, and the waiting ones in the order they will be made.
import { LitElement, html, nothing, repeat } from "/studio/vendor/lit.js";
import { JOBS, ask, state, time } from "/studio/api.js";

class MuralQueue extends LitElement {
  createRenderRoot() { return this; }

  connectedCallback() {
    super.connectedCallback();
    this.changed = () => this.requestUpdate();
    state.addEventListener("change", this.changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    state.removeEventListener("change", this.changed);
  }

  async move(job, position) {
    try {
      await ask(`${JOBS}/${job.id}/move`, { body: { position } });
    } catch (error) {
      dispatchEvent(new CustomEvent("toast", { detail: { text: error.message } }));
    }
  }

  render() {
    const { running, waiting } = state;
    return html`<h2>Queue</h2>
      ${running ? html`<section class="card live" aria-label="Running" style="margin-top: 1rem">
          ${running.preview ? html`<img style="width: min(100%, 24rem)" src=${running.preview} alt="Preview of ${running.request.prompt}">` : nothing}
          <p>${running.request.prompt}</p><mural-progress style="width: 100%" .job=${running}></mural-progress></section>` : nothing}
      ${waiting.length ? html`<ol class="jobs">${repeat(waiting, (job) => job.id, (job, index) => this.item(job, index, waiting.length))}</ol>`
        : running ? html`<p class="soft" style="margin-top: 1rem">Nothing waits.</p>` : html`<p class="empty">Nothing runs and nothing waits.</p>`}`;
  }

  item(job, index, count) {
    return html`<li class="card" draggable="true"
        @dragstart=${(event) => event.dataTransfer.setData("text/plain", job.id)}
        @dragover=${(event) => { event.preventDefault(); event.currentTarget.classList.add("over"); }}
        @dragleave=${(event) => event.currentTarget.classList.remove("over")}
        @drop=${(event) => {
          event.preventDefault();
          event.currentTarget.classList.remove("over");
          const other = state.find(event.dataTransfer.getData("text/plain"));
          if (other) this.move(other, index);
        }}>
      <span aria-label="Place">${index + 1}</span>
      <span><span class="ellipsis" style="display: block">${job.request.prompt}</span>
        <small class="soft">${job.plan.width}×${job.plan.height}, ${job.request.count} × about ${time(job.plan.seconds)}</small></span>
      <span class="row"><button aria-label="Earlier" ?disabled=${index === 0} @click=${() => this.move(job, index - 1)}>↑</button>
        <button aria-label="Later" ?disabled=${index === count - 1} @click=${() => this.move(job, index + 1)}>↓</button>
        <button class="bad" @click=${() => ask(`${JOBS}/${job.id}`, { method: "DELETE" })}>Cancel</button></span></li>`;
  }
}

customElements.define("mural-queue", MuralQueue);
