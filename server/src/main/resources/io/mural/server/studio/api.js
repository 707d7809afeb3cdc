// What the page asks of the server, and the state that all screens share.

export class Refused extends Error {
  constructor(status, error) {
    super(error.message ?? `the server answered ${status}`);
    this.status = status;
    this.param = error.param ?? null;
  }
}

export async function ask(path, options = {}) {
  const { body, ...rest } = options;
  const response = await fetch(path, {
    ...rest,
    method: rest.method ?? (body === undefined ? "GET" : "POST"),
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  const json = text.trim() === "" ? null : JSON.parse(text);
  if (!response.ok) {
    if (response.status === 401) {
      state.locked = true;
      state.changed();
    }
    throw new Refused(response.status, json?.error ?? {});
  }
  return json;
}

export const JOBS = "/mural/v1/jobs";

/** Jobs newest first, and who wants to know of changes. */
class State extends EventTarget {
  info = null;
  jobs = [];
  more = true;
  locked = false;
  connected = false;

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  put(job) {
    const at = this.jobs.findIndex((each) => each.id === job.id);
    if (at >= 0) this.jobs[at] = job;
    else this.jobs = [job, ...this.jobs];
    this.changed();
  }

  remove(id) {
    this.jobs = this.jobs.filter((job) => job.id !== id);
    this.changed();
  }

  find(id) {
    return this.jobs.find((job) => job.id === id);
  }

  get running() {
    return this.jobs.find((job) => job.status === "running");
  }

  get waiting() {
    return this.jobs.filter((job) => job.status === "queued").sort((a, b) => a.position - b.position);
  }
}

export const state = new State();

/** Loads what is there, then follows changes; the browser comes back by itself when the connection is lost. */
export async function start() {
  state.info = await ask("/mural/v1/info");
  state.locked = false;
  await reload();
  const events = new EventSource("/mural/v1/events");
  let known = true;
  events.onopen = () => {
    state.connected = true;
    // While the connection was lost changes may have passed.
    if (!known) reload().catch(() => {});
    known = true;
    state.changed();
  };
  events.onerror = () => {
    state.connected = false;
    known = false;
    state.changed();
  };
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data);
    state.put(job);
    // Places of those behind change with it.
    if (job.status !== "queued") renumber();
  });
  events.addEventListener("progress", (event) => {
    const { id, progress } = JSON.parse(event.data);
    const job = state.find(id);
    if (job) state.put({ ...job, progress });
  });
  events.addEventListener("preview", (event) => {
    const { id, url } = JSON.parse(event.data);
    const job = state.find(id);
    if (job) state.put({ ...job, preview: url });
  });
  events.addEventListener("removed", (event) => state.remove(JSON.parse(event.data).id));
}

function renumber() {
  state.waiting.forEach((job, index) => { job.position = index + 1; });
}

export async function reload() {
  const { jobs } = await ask(`${JOBS}?limit=100`);
  state.jobs = jobs;
  state.more = jobs.length === 100;
  state.changed();
}

export async function loadMore() {
  const last = state.jobs.at(-1);
  const { jobs } = await ask(`${JOBS}?limit=100&before=${last.id}`);
  state.jobs = [...state.jobs, ...jobs];
  state.more = jobs.length === 100;
  state.changed();
}

export function time(seconds) {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }
  return `${count < 10 && unit > 0 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}
