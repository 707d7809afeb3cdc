package io.mural.server;

import io.mural.Request;
import io.mural.server.a1111.A1111;
import io.mural.server.api.JobsApi;
import io.mural.server.http.Exchange;
import io.mural.server.http.Form;
import io.mural.server.http.Limits;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Catalog;
import io.mural.server.jobs.Models;
import io.mural.server.jobs.Wished;
import io.mural.server.openai.OpenAi;
import io.mural.tensor.InputException;
import java.util.function.Supplier;

/**
 * What the routes that make pictures read of a body, without a server around it: each gives the request that the engine would
 * be given, or refuses the body as an {@link InputException} with what the client would be told.
 *
 * @param about the model that is asked
 */
public record Bodies(Catalog catalog, Models.About about, Limits limits) {
    /** {@code POST /v1/images/generations} */
    public Request generation(byte[] body) {
        return read(() -> OpenAi.generation(Exchange.parse(body), catalog, limits));
    }

    /** {@code POST /v1/images/edits}, JSON */
    public Request edit(byte[] body) {
        return read(() -> OpenAi.edit(Exchange.parse(body), catalog, about, limits));
    }

    /**
     * {@code POST /v1/images/edits}, a form
     *
     * @param type its Content-Type
     */
    public Request edit(byte[] body, String type) {
        return read(() -> OpenAi.edit(Form.of(body, type, limits), catalog, about, limits));
    }

    /** {@code POST /sdapi/v1/txt2img} */
    public Request txt2img(byte[] body) {
        return read(() -> A1111.asked(Exchange.parse(body), catalog, about, limits, false));
    }

    /** {@code POST /sdapi/v1/img2img} */
    public Request img2img(byte[] body) {
        return read(() -> A1111.asked(Exchange.parse(body), catalog, about, limits, true));
    }

    /** {@code POST /mural/v1/jobs} */
    public Request job(byte[] body) {
        return read(() -> JobsApi.asked(Exchange.parse(body), catalog, limits));
    }

    private static Request read(Supplier<Wished> reading) {
        try {
            return reading.get().request();
        } catch (Refusal refusal) {
            if (refusal.reason().status() >= 500) {
                throw refusal;
            }
            throw new InputException(refusal.getMessage(), refusal);
        }
    }
}
