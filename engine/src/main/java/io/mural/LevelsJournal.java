package io.mural;

import io.mural.model.pipeline.CheckpointFile;
import io.mural.model.pipeline.Journal;
import io.mural.weights.file.Checkpoint;
import io.mural.weights.text.WholeFile;
import java.nio.file.Path;
import java.util.ArrayList;

/** The checkpoint beside the file of a picture of several levels, or of a part of one. */
final class LevelsJournal {
    private LevelsJournal() {}

    /** One that remembers nothing where the picture goes to no file. */
    static Journal of(Making.Means means, Recipe recipe, Loaded inputs, Sink sink) {
        if (!(sink instanceof Sink.File file)) {
            return Journal.NONE;
        }
        var checkpoint = CheckpointFile.beside(file.path());
        WholeFile.check(checkpoint); // its name is longer than the picture's
        var identity =
                recipe.toJson() + " " + means.model().fingerprint() + loras(means, recipe) + inputs.fingerprint();
        return file.resumed()
                ? CheckpointFile.resume(checkpoint, identity)
                : CheckpointFile.fresh(checkpoint, identity);
    }

    /** The picture is there: nothing is to be gone on with. */
    static void finished(Journal journal) {
        if (journal instanceof CheckpointFile checkpoint) {
            checkpoint.finished();
        }
    }

    /** What tells the LoRAs' files from others. */
    private static String loras(Making.Means means, Recipe recipe) {
        var files = new ArrayList<Path>();
        recipe.loras().forEach(lora -> files.add(lora.file()));
        files.add(recipe.hierarchy().orElseThrow().lora(means.model()).file());
        var all = new StringBuilder();
        for (var file : files) {
            try (var checkpoint = Checkpoint.open(file)) {
                all.append(' ').append(checkpoint.fingerprint());
            }
        }
        return all.toString();
    }
}
