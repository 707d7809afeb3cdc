package io.mural.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.model.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.TypeConversionException;

class TerminalPicturesTest {
    private static RgbImage noise(int width, int height) {
        var rgb = new byte[width * height * 3];
        new Random(7).nextBytes(rgb);
        return new RgbImage(width, height, rgb);
    }

    @Test
    void kittyGetsAPngInPieces() throws IOException {
        var image = noise(61, 47);
        var text = TerminalPictures.KITTY.encoded(image, 80);
        var pieces = Pattern.compile("\u001b_G(a=T,f=100,q=2,)?m=([01]);([^\u001b]*)\u001b\\\\").matcher(text);
        var data = new StringBuilder();
        int end = 0;
        while (pieces.find()) {
            assertThat(pieces.start()).isEqualTo(end);
            assertThat(pieces.group(1) != null).isEqualTo(end == 0);
            end = pieces.end();
            assertThat(pieces.group(2)).isEqualTo(end == text.length() ? "0" : "1");
            assertThat(pieces.group(3)).hasSizeLessThanOrEqualTo(4096);
            data.append(pieces.group(3));
        }
        assertThat(end).isEqualTo(text.length());
        var read = ImageIO.read(
                new ByteArrayInputStream(Base64.getDecoder().decode(data.toString())));
        assertThat(read.getRGB(60, 46) & 0xffffff)
                .isEqualTo((image.rgb()[image.rgb().length - 3] & 0xff) << 16
                        | (image.rgb()[image.rgb().length - 2] & 0xff) << 8
                        | image.rgb()[image.rgb().length - 1] & 0xff);
    }

    /** Decodes what was written, by the language's own rules. */
    @Test
    void sixelsGiveEachPixelItsNearestColour() {
        var image = noise(13, 11);
        var text = TerminalPictures.SIXEL.encoded(image, 80);
        assertThat(text).startsWith("\u001bP0;1q\"1;1;13;11#0;2;0;0;0#1;2;0;0;20").endsWith("-\u001b\\");
        var drawn = new int[13][12];
        int x = 0;
        int top = 0;
        int colour = 0;
        var body = Pattern.compile("#(\\d+)(;2;\\d+;\\d+;\\d+)?|(?:!(\\d+))?([?-~])|([$-])").matcher(text);
        assertThat(body.find(text.indexOf("11#") + 2)).isTrue();
        do {
            if (body.group(1) != null) {
                colour = Integer.parseInt(body.group(1));
            } else if (body.group(4) != null) {
                int times = body.group(3) == null ? 1 : Integer.parseInt(body.group(3));
                int bits = body.group(4).charAt(0) - '?';
                for (int i = 0; i < times; i++, x++) {
                    for (int y = 0; y < 6; y++) {
                        if ((bits >> y & 1) == 1) {
                            drawn[x][top + y] = colour + 1;
                        }
                    }
                }
            } else {
                x = 0;
                top += body.group(5).equals("-") ? 6 : 0;
            }
        } while (body.find() && top < 12);
        for (int y = 0; y < 11; y++) {
            for (int column = 0; column < 13; column++) {
                int at = (y * 13 + column) * 3;
                int expected = 0;
                for (int channel = 0; channel < 3; channel++) {
                    expected = expected * 6 + (int) Math.round((image.rgb()[at + channel] & 0xff) / 51.0);
                }
                assertThat(drawn[column][y] - 1).as("pixel %d, %d", column, y).isEqualTo(expected);
            }
        }
        assertThat(drawn[0][11]).isZero();
    }

    @Test
    void blocksShowTwoPixelsACharacterAndFitTheTerminal() {
        var image = new RgbImage(1, 3, new byte[] {1, 2, 3, 4, 5, 6, (byte) 255, 0, 9});
        assertThat(TerminalPictures.BLOCKS.encoded(image, 80).lines())
                .containsExactly(
                        "\u001b[38;2;1;2;3m\u001b[48;2;4;5;6m\u2580\u001b[0m", "\u001b[38;2;255;0;9m\u2580\u001b[0m");
        var wide = TerminalPictures.BLOCKS.encoded(noise(200, 100), 40);
        assertThat(wide.lines()).hasSize(10).allMatch(line -> line.split("\u2580", -1).length - 1 == 39);
    }

    @ParameterizedTest
    @CsvSource({
        "xterm-kitty, '', kitty",
        "xterm-256color, WezTerm, kitty",
        "xterm-ghostty, '', kitty",
        "foot, '', sixel",
        "mlterm-256color, '', sixel",
        "xterm-256color, Apple_Terminal, blocks",
    })
    void terminalsAreKnownByTheirNames(String term, String program, String kind) {
        assertThat(TerminalPictures.of(Map.of("TERM", term, "TERM_PROGRAM", program)))
                .hasToString(kind);
    }

    @Test
    void anOptionIsANumberOrAKind() {
        var converter = new PreviewOption.Converter();
        assertThat(converter.convert("5").every()).isEqualTo(5);
        assertThat(converter.convert("5").terminal()).isEmpty();
        assertThat(converter.convert("sixel").terminal()).contains(TerminalPictures.SIXEL);
        assertThat(converter.convert("auto").auto()).isTrue();
        assertThatThrownBy(() -> converter.convert("0")).isInstanceOf(TypeConversionException.class);
    }
}
