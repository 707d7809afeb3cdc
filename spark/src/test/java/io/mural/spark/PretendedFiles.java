package io.mural.spark;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The disk under another scheme, so that it is to be reached through Hadoop alone. */
public final class PretendedFiles extends RawLocalFileSystem {
    @Override
    public URI getUri() {
        return URI.create("pretended:///");
    }

    @Override
    public String getScheme() {
        return "pretended";
    }

    @Override
    protected void checkPath(Path path) {
        // Of any scheme.
    }

    /** Without owner and rights, which are looked up by another way. */
    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        var status = super.getFileStatus(path);
        return new FileStatus(
                status.getLen(),
                status.isDirectory(),
                1,
                status.getBlockSize(),
                status.getModificationTime(),
                path.makeQualified(getUri(), getWorkingDirectory()));
    }
}
