package io.mural.model.image;

import java.awt.Point;
import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.RenderedImage;
import java.awt.image.SampleModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Vector;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes a PNG file's picture as JPEG, however large, in memory for a few rows. */
public final class LargeJpeg {

    private LargeJpeg() {}

    /** @param quality 1 to 100 */
    public static void write(OutputStream out, Path png, int quality) {
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var rows = PngBands.open(png);
                var stream = new Flushing(out)) {
            var options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(quality / 100f);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(new Rows(rows), null, null), options);
        } catch (IOException e) {
            throw new UncheckedIOException("the picture cannot be written", e);
        } finally {
            writer.dispose();
        }
    }

    /** Lets bytes go as soon as they are written; the encoder never goes back. */
    private static final class Flushing extends MemoryCacheImageOutputStream {
        Flushing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            super.write(bytes, from, count);
            flushBefore(getStreamPosition());
        }
    }

    /** All rows, of which the encoder asks for one after the other, from top to bottom; only that one is in memory. */
    private static final class Lines extends Raster {
        private final PngBands rows;
        private Raster latest; // null before the first row
        private int next;

        Lines(PngBands rows, SampleModel oneRow) {
            super(
                    oneRow,
                    oneRow.createDataBuffer(),
                    new Rectangle(0, 0, rows.width(), rows.height()),
                    new Point(0, 0),
                    null);
            this.rows = rows;
        }

        @Override
        public Raster createChild(int x, int y, int width, int height, int toX, int toY, int[] bands) {
            if (height != 1 || y < next - 1) {
                throw new UnsupportedOperationException(height + " rows from " + y + " on, after " + next);
            }
            for (; next <= y; next++) {
                var rgb = rows.next(1).rgb();
                latest = Raster.createWritableRaster(getSampleModel(), new DataBufferByte(rgb, rgb.length), null);
            }
            return latest.createChild(x, 0, width, 1, toX, toY, bands);
        }
    }

    /** A picture for Java's encoder, which takes all of it at once: as {@link Lines}. */
    private static final class Rows implements RenderedImage {
        private final PngBands rows;
        private final ColorModel colours = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, ColorModel.OPAQUE, DataBuffer.TYPE_BYTE);

        Rows(PngBands rows) {
            this.rows = rows;
        }

        @Override
        public Raster getTile(int x, int y) {
            return new Lines(rows, getSampleModel());
        }

        @Override
        public Raster getData(Rectangle area) {
            throw new UnsupportedOperationException("the encoder asks for the one tile");
        }

        @Override
        public Raster getData() {
            throw new UnsupportedOperationException("the encoder asks for the one tile");
        }

        @Override
        public WritableRaster copyData(WritableRaster raster) {
            throw new UnsupportedOperationException("the encoder asks for the one tile");
        }

        @Override
        public Vector<RenderedImage> getSources() {
            return null;
        }

        @Override
        public Object getProperty(String name) {
            return java.awt.Image.UndefinedProperty;
        }

        @Override
        public String[] getPropertyNames() {
            return null;
        }

        @Override
        public ColorModel getColorModel() {
            return colours;
        }

        @Override
        public SampleModel getSampleModel() {
            return colours.createCompatibleSampleModel(getWidth(), 1);
        }

        @Override
        public int getWidth() {
            return rows.width();
        }

        @Override
        public int getHeight() {
            return rows.height();
        }

        @Override
        public int getMinX() {
            return 0;
        }

        @Override
        public int getMinY() {
            return 0;
        }

        @Override
        public int getNumXTiles() {
            return 1;
        }

        @Override
        public int getNumYTiles() {
            return 1;
        }

        @Override
        public int getMinTileX() {
            return 0;
        }

        @Override
        public int getMinTileY() {
            return 0;
        }

        @Override
        public int getTileWidth() {
            return getWidth();
        }

        @Override
        public int getTileHeight() {
            return getHeight();
        }

        @Override
        public int getTileGridXOffset() {
            return 0;
        }

        @Override
        public int getTileGridYOffset() {
            return 0;
        }
    }
}
