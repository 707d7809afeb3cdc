package io.mural.spark;

import io.mural.batch.PictureMaker;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Pictures that are begun, each an empty file in the folder of results: who ends the process cannot tell it afterwards. */
final class BegunPictures implements PictureMaker.Attempts {
    private final FileSystem files;
    private final Path folder;

    BegunPictures(Settings settings, Configuration hadoop) throws IOException {
        folder = folder(settings);
        files = folder.getFileSystem(hadoop);
    }

    /** Of one job: what others did not end is no fault of a row. */
    static Path folder(Settings settings) {
        return new Path(settings.out(), "_mural/begun/" + settings.id());
    }

    private Path mark(String identity, int time) {
        return new Path(folder, identity + "-" + time);
    }

    @Override
    public int begin(String identity) throws IOException {
        int before = 0;
        while (files.exists(mark(identity, before))) {
            before++;
        }
        files.create(mark(identity, before), true).close();
        return before;
    }

    @Override
    public void end(String identity) throws IOException {
        for (int time = 0; files.delete(mark(identity, time), false); time++) {
            // The next one, while there are any.
        }
    }
}
