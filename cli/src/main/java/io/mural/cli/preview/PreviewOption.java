package io.mural.cli.preview;

import io.mural.cli.console.BadUsage;
import io.mural.cli.console.Terminal;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What {@code --preview} asks for: files, every so many steps, or pictures in the terminal.
 *
 * @param every steps; 0 for the terminal
 * @param auto whether the terminal is to be recognised
 * @param kind of pictures in the terminal, where it is named
 */
public record PreviewOption(int every, boolean auto, Optional<TerminalPictures> kind) {
    private static final String AUTO = "auto";

    /** How pictures are shown in the terminal; empty where files are asked for. */
    public Optional<TerminalPictures> terminal() {
        if (auto && !Terminal.isInteractive()) {
            throw new BadUsage("--preview auto: stderr is no terminal; name kitty, sixel or blocks to write there all the"
                    + " same, or a number of steps for files");
        }
        return auto ? Optional.of(TerminalPictures.of(System.getenv())) : kind;
    }

    /** Reads a number of steps, {@code auto}, or the name of a kind. */
    public static final class Converter implements ITypeConverter<PreviewOption> {
        @Override
        public PreviewOption convert(String text) {
            if (text.matches("[1-9]\\d{0,8}")) {
                return new PreviewOption(Integer.parseInt(text), false, Optional.empty());
            }
            var kind = TerminalPictures.named(text);
            if (kind.isEmpty() && !text.equals(AUTO)) {
                throw new TypeConversionException(
                        "'" + text + "': choose 1 or more steps, or auto, kitty, sixel or blocks for the terminal");
            }
            return new PreviewOption(0, text.equals(AUTO), kind);
        }
    }
}
