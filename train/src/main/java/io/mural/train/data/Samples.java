package io.mural.train.data;

import io.mural.train.data.Sample.Text;
import java.nio.file.Path;
import java.util.List;

/**
 * Encoded pictures on disk.
 *
 * @param files one each
 * @param empty the empty caption
 * @param identity changes with any picture, caption or size
 */
public record Samples(List<Path> files, Text empty, String identity) {
    public Samples {
        files = List.copyOf(files);
    }

    public int count() {
        return files.size();
    }

    public Sample read(int index) {
        return SampleFile.read(files.get(index));
    }
}
