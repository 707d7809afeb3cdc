package io.mural.engine.hub;

import java.time.Duration;

/** Is told how a pull goes on, from several threads. */
public interface PullListener {
    /** What is there to do, before the first byte. */
    void begins(HubName model, String commit, int files, long bytes, long missing);

    /** A file comes next. */
    void file(String path, long size);

    /** So many more bytes are here. */
    void bytes(long count);

    /** So many bytes have to come once more. */
    void again(String path, long bytes);

    /** The hub asks to wait. */
    void waits(Duration time);

    /** Something failed and is tried again after a pause. */
    void retries(String what, String reason, Duration pause);

    /** Another process pulls the same model; it is waited for. */
    void waitsForOther(HubName model);
}
