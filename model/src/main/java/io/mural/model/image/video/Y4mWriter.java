package io.mural.model.image.video;

import io.mural.model.image.FrameSink;
import io.mural.model.image.RgbImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** YUV4MPEG2: a line of text, then the planes of each frame as they are; what other programs read from a pipe. */
final class Y4mWriter implements FrameSink {
    private static final byte[] FRAME = "FRAME\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;

    Y4mWriter(OutputStream to, Clip clip) throws IOException {
        out = new BufferedOutputStream(to, 1 << 16);
        var head = "YUV4MPEG2 W" + clip.width() + " H" + clip.height() + " F" + clip.fps()
                + ":1 Ip A1:1 C420jpeg XCOLORRANGE=LIMITED\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void frame(RgbImage frame) {
        var yuv = Yuv.of(frame);
        try {
            out.write(FRAME);
            out.write(yuv.y());
            out.write(yuv.cb());
            out.write(yuv.cr());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void finish() throws IOException {
        out.flush();
    }
}
