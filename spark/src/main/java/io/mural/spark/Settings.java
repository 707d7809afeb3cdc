package io.mural.spark;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a job is, as every executor gets it.
 *
 * @param id tells it from all other jobs
 * @param models by name, in order; the first is the job's
 * @param loras files on every node, by name
 * @param folder a URI, from where relative files of the table are seen
 * @param out the URI of the folder of results
 * @param device as the user wrote it; empty for a GPU if Spark hands out any, else the processor
 * @param threads that compute on a processor; 0 for one for each of the executor's cores
 * @param modelCache the folder of a node's disk where models are copied to
 */
record Settings(
        String id,
        Map<String, ModelPlace> models,
        Map<String, String> loras,
        String folder,
        String out,
        String device,
        int threads,
        String modelCache,
        Opening opening)
        implements Serializable {
    Settings {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        loras = Collections.unmodifiableMap(new LinkedHashMap<>(loras));
    }

    boolean isEmbedded() {
        return models.values().stream().anyMatch(ModelPlace::isEmbedded);
    }
}
