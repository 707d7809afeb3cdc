package io.mural.model.image.video;

import io.mural.model.image.FrameSink;
import io.mural.model.image.RgbImage;
import io.mural.tensor.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import org.jcodec.codecs.h264.H264Encoder;
import org.jcodec.codecs.h264.encode.RateControl;
import org.jcodec.codecs.h264.io.model.SliceType;
import org.jcodec.common.Codec;
import org.jcodec.common.MuxerTrack;
import org.jcodec.common.VideoCodecMeta;
import org.jcodec.common.io.FileChannelWrapper;
import org.jcodec.common.model.ColorSpace;
import org.jcodec.common.model.Packet;
import org.jcodec.common.model.Packet.FrameType;
import org.jcodec.common.model.Picture;
import org.jcodec.common.model.Size;
import org.jcodec.containers.mp4.boxes.Box;
import org.jcodec.containers.mp4.boxes.Header;
import org.jcodec.containers.mp4.muxer.MP4Muxer;

/**
 * H.264 in MP4, which plays everywhere, at a constant quality. The library's own converter writes full-range colours
 * without saying so, which players stretch; here they are of the range that players take, and the file says which.
 */
final class Mp4Writer implements FrameSink {
    /** 45 dB in brightness, 40 in colour over textured frames; smaller is finer. */
    private static final int QUANTIZER = 16;
    /** The library's estimate of a frame's bytes is too small at fine quantizers. */
    private static final int ROOM = 3;

    private static final int KEY_INTERVAL = 25;
    /** Steps of the quantizer, and its last value. */
    private static final int COARSER = 4;

    private static final int COARSEST = 51;

    private final Clip clip;
    private final FrameQuality quality = new FrameQuality();
    private final H264Encoder encoder;
    private final MP4Muxer muxer;
    private final MuxerTrack track;
    private final ByteBuffer room;
    private int number;

    Mp4Writer(FileChannel channel, Clip clip) throws IOException {
        this.clip = clip;
        encoder = new H264Encoder(quality);
        encoder.setKeyInterval(KEY_INTERVAL);
        muxer = MP4Muxer.createMP4MuxerToChannel(new WholeWrites(channel));
        var size = new Size(clip.width(), clip.height());
        track = muxer.addVideoTrack(Codec.H264, VideoCodecMeta.createSimpleVideoCodecMeta(size, ColorSpace.YUV420));
        room = ByteBuffer.allocate(clip.width() * clip.height() * ROOM + (1 << 16));
    }

    /** A disk may take less than it is given at once. */
    private static final class WholeWrites extends FileChannelWrapper {
        WholeWrites(FileChannel channel) throws IOException {
            super(channel);
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            while (bytes.hasRemaining()) {
                super.write(bytes);
            }
            return count;
        }
    }

    /** The same for a whole frame. */
    private static final class FrameQuality implements RateControl {
        private int quantizer = QUANTIZER;

        @Override
        public int startPicture(Size size, int maxSize, SliceType type) {
            return quantizer;
        }

        @Override
        public int initialQpDelta() {
            return 0;
        }

        @Override
        public int accept(int bits) {
            return 0;
        }
    }

    @Override
    public void frame(RgbImage frame) {
        var yuv = Yuv.of(frame);
        var picture = Picture.createPicture(
                clip.width(),
                clip.height(),
                new byte[][] {signed(yuv.y()), signed(yuv.cb()), signed(yuv.cr())},
                ColorSpace.YUV420J);
        try {
            track.addFrame(packet(picture));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        number++;
    }

    private Packet packet(Picture picture) {
        try {
            room.clear();
            quality.quantizer = QUANTIZER;
            var encoded = encoder.encodeFrame(picture, room);
            return packet(encoded.getData(), encoded.isKeyFrame());
        } catch (BufferOverflowException e) {
            return coarser(picture);
        }
    }

    /**
     * A frame of nothing but noise: the library has no words for steps between neighbours as large as those. A frame that
     * begins anew needs nothing of what it remembers of the one that failed.
     */
    private Packet coarser(Picture picture) {
        for (quality.quantizer = QUANTIZER + COARSER; quality.quantizer <= COARSEST; quality.quantizer += COARSER) {
            try {
                room.clear();
                return packet(encoder.encodeIDRFrame(picture, room), true);
            } catch (BufferOverflowException e) {
                // the next is coarser
            }
        }
        throw new InputException("frame " + number + " is noise that H.264 cannot hold; write .apng or .y4m");
    }

    private Packet packet(ByteBuffer encoded, boolean key) {
        var data = ByteBuffer.allocate(encoded.remaining());
        data.put(encoded).flip();
        return Packet.createPacket(data, number, clip.fps(), 1, number, key ? FrameType.KEY : FrameType.INTER, null);
    }

    /** The library's planes are values less 128. */
    private static byte[] signed(byte[] plane) {
        var signed = new byte[plane.length];
        for (int i = 0; i < plane.length; i++) {
            signed[i] = (byte) ((plane[i] & 0xff) - 128);
        }
        return signed;
    }

    /** Writes the index, with the meaning of the colours and the clip's texts. */
    void finish() throws IOException {
        var movie = muxer.finalizeHeader();
        movie.getVideoTrack().getSampleEntries()[0].add(new RawBox("colr", colours()));
        if (!clip.texts().isEmpty()) {
            movie.add(new RawBox("udta", comment(clip.comment())));
        }
        muxer.storeHeader(movie);
    }

    /** Primaries, transfer and matrix of BT.709 or, of smaller frames, BT.601; not of full range (ISO 14496-12, nclx). */
    private byte[] colours() {
        short code = (short) (Yuv.isBt709(clip.height()) ? 1 : 6);
        return ByteBuffer.allocate(11)
                .put("nclx".getBytes(StandardCharsets.US_ASCII))
                .putShort(code)
                .putShort(code)
                .putShort(code)
                .put((byte) 0)
                .array();
    }

    /** A comment as players look for one: meta with its handler and a list of one entry. */
    private static byte[] comment(String text) {
        var utf8 = text.getBytes(StandardCharsets.UTF_8);
        // Type 1 is UTF-8; no locale.
        var data = box(
                "data",
                ByteBuffer.allocate(8 + utf8.length)
                        .putInt(1)
                        .putInt(0)
                        .put(utf8)
                        .array());
        var list = box("ilst", box("\u00A9cmt", data));
        var handler = box(
                "hdlr",
                ByteBuffer.allocate(25)
                        .putInt(0)
                        .putInt(0)
                        .put("mdirappl".getBytes(StandardCharsets.US_ASCII))
                        .array());
        return box(
                "meta",
                ByteBuffer.allocate(4 + handler.length + list.length)
                        .putInt(0)
                        .put(handler)
                        .put(list)
                        .array());
    }

    private static byte[] box(String type, byte[] content) {
        return ByteBuffer.allocate(8 + content.length)
                .putInt(8 + content.length)
                .put(type.getBytes(StandardCharsets.ISO_8859_1))
                .put(content)
                .array();
    }

    /** A box of the file with given bytes. */
    private static final class RawBox extends Box {
        private final byte[] content;

        RawBox(String type, byte[] content) {
            super(Header.createHeader(type, 0));
            this.content = content;
        }

        @Override
        public void parse(ByteBuffer in) {
            throw new IllegalStateException("this box is written only");
        }

        @Override
        protected void doWrite(ByteBuffer out) {
            out.put(content);
        }

        @Override
        public int estimateSize() {
            return 8 + content.length;
        }
    }
}
