package io.mural.engine.hub;

import io.mural.tensor.InputException;
import io.mural.weights.text.Shown;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;

/** How often in a row something failed, and how long to wait before it is tried again. */
final class Retries {
    private static final int MOST_DOUBLINGS = 5;

    private final HubSettings.Pace pace;
    private final PullListener listener;
    private int failures;

    Retries(HubSettings.Pace pace, PullListener listener) {
        this.pace = pace;
        this.listener = listener;
    }

    /** There was some success: what fails next is another matter. */
    void progress() {
        failures = 0;
    }

    /** Waits, or gives up with an {@link InputException}. */
    void after(IOException e, String what, URI endpoint) throws InterruptedException {
        failures++;
        if (failures >= pace.tries()) {
            boolean unreachable = e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
            throw new InputException(
                    unreachable
                            ? endpoint + " cannot be reached: " + Shown.reason(e)
                                    + "; look at the network, name a proxy"
                                    + " in HTTPS_PROXY, or a mirror in HF_ENDPOINT"
                            : what + ": the download breaks off again and again (" + Shown.reason(e)
                                    + "); pull it again later, which goes on from here",
                    e);
        }
        var pause = pace.pause().multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
        listener.retries(what, Shown.reason(e), pause);
        Thread.sleep(pause);
    }
}
