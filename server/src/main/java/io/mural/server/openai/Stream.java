package io.mural.server.openai;

import io.mural.model.image.RgbImage;
import io.mural.server.http.Errors;
import io.mural.server.http.EventStream;
import io.mural.server.http.Exchange;
import io.mural.server.http.JsonText;
import io.mural.server.http.Refusal;
import io.mural.server.jobs.Job;
import io.mural.server.jobs.Pictures;
import io.mural.server.jobs.Queue;
import java.util.LinkedHashMap;
import java.util.Map;

/** A job as a stream of events: previews and finished pictures, one after the other. */
final class Stream {
    private final Queue queue;
    private final Job job;
    private final Asked asked;
    private final String event;
    private int picture = 1;
    private int partial;

    /** @param event beginning of the events' names */
    Stream(Queue queue, Job job, Asked asked, String event) {
        this.queue = queue;
        this.job = job;
        this.asked = asked;
        this.event = event;
    }

    void send(Exchange exchange) throws InterruptedException {
        try (var stream = new EventStream(exchange)) {
            while (true) {
                int before = job.changes();
                boolean over = job.status().isOver();
                pending(stream);
                if (over) {
                    end(stream);
                    return;
                }
                if (!job.awaitChange(before, exchange.limits().heartbeat())) {
                    stream.comment();
                }
            }
        }
    }

    /** Sends what is there and not sent. */
    private void pending(EventStream stream) {
        while (picture <= job.wish().count()) {
            var partials = job.partials(picture);
            while (partial < partials.size()) {
                stream.send(event + ".partial_image", partial(partials.get(partial)));
                partial++;
            }
            if (picture > job.done()) {
                return;
            }
            stream.send(event + ".completed", completed(picture));
            picture++;
            partial = 0;
        }
    }

    private void end(EventStream stream) {
        try {
            OpenAi.requireDone(job);
        } catch (Refusal refusal) {
            stream.send("error", Errors.OPENAI.document(refusal));
        }
    }

    private Map<String, Object> partial(RgbImage image) {
        var data = begin("partial_image", (JsonText.Binary) out -> out.write(Pictures.bytes(image, asked.format())));
        data.put("partial_image_index", partial);
        return data;
    }

    private Map<String, Object> completed(int number) {
        var png = queue.folder().picture(job.id(), number);
        var data = begin("completed", (JsonText.Binary) out -> Pictures.write(png, asked.format(), out));
        data.put("usage", OpenAi.usage(job, 1));
        return data;
    }

    private Map<String, Object> begin(String what, JsonText.Binary picture) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("type", event + "." + what);
        data.put("b64_json", picture);
        data.putAll(OpenAi.head(job, asked.format(), "created_at"));
        return data;
    }
}
