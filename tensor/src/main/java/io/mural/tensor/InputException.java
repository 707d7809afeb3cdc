package io.mural.tensor;

import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the user gave (a file, a size, a setting) cannot be used. The message is one line that names the thing and the
 * remedy: it is shown as it stands, without a stack trace.
 *
 * <p>Settings stand in the message by their field's name in backquotes, as in {@code `size` 250x256}. Whoever shows the
 * message spells them as its users know them ({@link #message}): a command line as {@code --size}, a server as {@code
 * "size"}.
 */
public class InputException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final Pattern SETTING = Pattern.compile("`([a-z][a-z0-9-]*)`");

    private final String field; // null where no single setting is at fault
    private final String remedy; // null where the message has it already

    public InputException(String message) {
        super(message); // without a cause, so that one may be set later
        field = null;
        remedy = null;
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
        field = null;
        remedy = null;
    }

    /**
     * The value of a setting makes no sense.
     *
     * @param field the setting's name, such as {@code size}
     * @param message what is wrong; names the setting in backquotes
     * @param remedy what to do about it
     */
    public InputException(String field, String message, String remedy) {
        super(message + "; " + remedy);
        this.field = field;
        this.remedy = remedy;
    }

    /** As {@link #InputException(String, String, String)}, for a reason. */
    public InputException(String field, String message, String remedy, Throwable cause) {
        super(message + "; " + remedy, cause);
        this.field = field;
        this.remedy = remedy;
    }

    private InputException(Optional<String> field, String message) {
        super(message);
        this.field = field.orElse(null);
        remedy = null;
    }

    /** The value of a setting makes no sense; the message tells the remedy, too. */
    public static InputException about(String field, String message) {
        return new InputException(Optional.of(field), message);
    }

    /** As {@link #about(String, String)}, for a reason. */
    public static InputException about(String field, String message, Throwable cause) {
        var exception = about(field, message);
        exception.initCause(cause);
        return exception;
    }

    /** The setting at fault; empty where it is a file or the machine. */
    public Optional<String> field() {
        return Optional.ofNullable(field);
    }

    /** What to do about it, where it is told apart from what is wrong. */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }

    /**
     * The message in a reader's own spelling of settings.
     *
     * @param spelling from a setting's name to what the reader calls it
     */
    public String message(UnaryOperator<String> spelling) {
        return spelt(getMessage(), spelling);
    }

    /** A line with the settings in it spelt otherwise. */
    public static String spelt(String line, UnaryOperator<String> spelling) {
        return SETTING.matcher(line).replaceAll(setting -> Matcher.quoteReplacement(spelling.apply(setting.group(1))));
    }
}
