package io.mural.model.image.video;

import io.mural.model.image.FrameSink;
import io.mural.model.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** An animated GIF that goes round without end: 256 colours a frame, delays in hundredths of a second. */
final class GifWriter implements FrameSink {
    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    private final Clip clip;
    private final ImageOutputStream out;
    private final ImageWriter writer;
    private int number;

    GifWriter(OutputStream to, Clip clip) throws IOException {
        this.clip = clip;
        out = ImageIO.createImageOutputStream(to);
        writer = ImageIO.getImageWritersByFormatName("gif").next();
        writer.setOutput(out);
        writer.prepareWriteSequence(null);
    }

    @Override
    public void frame(RgbImage frame) {
        var image = new BufferedImage(clip.width(), clip.height(), BufferedImage.TYPE_INT_RGB);
        var row = new int[clip.width()];
        for (int y = 0; y < clip.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int at = (y * row.length + x) * 3;
                row[x] =
                        (frame.rgb()[at] & 0xff) << 16 | (frame.rgb()[at + 1] & 0xff) << 8 | frame.rgb()[at + 2] & 0xff;
            }
            image.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        try {
            writer.writeToSequence(new IIOImage(image, null, metadata(image)), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        number++;
    }

    /** Delays are rounded so that they add up to the clip's length. */
    private IIOMetadata metadata(BufferedImage image) throws IOException {
        var metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
        var root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
        long delay = Math.round(100.0 * (number + 1) / clip.fps()) - Math.round(100.0 * number / clip.fps());
        var control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Long.toString(delay));
        if (number == 0) {
            var loop = new IIOMetadataNode("ApplicationExtension");
            loop.setAttribute("applicationID", "NETSCAPE");
            loop.setAttribute("authenticationCode", "2.0");
            loop.setUserObject(new byte[] {1, 0, 0});
            child(root, "ApplicationExtensions").appendChild(loop);
            if (!clip.texts().isEmpty()) {
                var comment = new IIOMetadataNode("CommentExtension");
                comment.setAttribute("value", ascii(clip.comment()));
                child(root, "CommentExtensions").appendChild(comment);
            }
        }
        metadata.setFromTree(FORMAT, root);
        return metadata;
    }

    /** GIF's comments are ASCII. */
    private static String ascii(String text) {
        return new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        var node = new IIOMetadataNode(name);
        root.appendChild(node);
        return node;
    }

    void finish() throws IOException {
        writer.endWriteSequence();
        out.flush();
        writer.dispose();
    }
}
