import java.io.File;
import java.util.HashSet;
import javax.imageio.ImageIO;

/** Fails unless its argument is a PNG of at least 64 x 64 pixels with at least 256 colours. */
void main(String[] args) throws Exception {
    System.setProperty("java.awt.headless", "true");
    var readers = ImageIO.getImageReadersByFormatName("png");
    var reader = readers.next();
    try (var input = ImageIO.createImageInputStream(new File(args[0]))) {
        reader.setInput(input);
        var picture = reader.read(0);
        var colours = new HashSet<Integer>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                colours.add(picture.getRGB(x, y));
            }
        }
        IO.println(args[0] + ": " + picture.getWidth() + " x " + picture.getHeight() + ", " + colours.size() + " colours");
        if (picture.getWidth() < 64 || picture.getHeight() < 64 || colours.size() < 256) {
            System.exit(1);
        }
    }
}
