package io.mural.server;

import io.mural.server.jobs.Job;

/** Told what happens in a server. Prompts only where that is asked for. */
public interface Log {
    /** @param prompts whether prompts may be written down */
    void submitted(Job job, boolean prompts);

    void ended(Job job);

    /** Something went wrong inside. */
    void failed(Throwable failure);

    void line(String text);
}
