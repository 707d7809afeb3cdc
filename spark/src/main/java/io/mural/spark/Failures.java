package io.mural.spark;

import io.mural.tensor.InputException;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;

/** Says in a line why Spark gave up. */
final class Failures {
    /** Spark tells the exceptions of executors as text. */
    private static final Pattern TOLD = Pattern.compile("(?:NotHere|InputException): ([^\\n]+)");

    private Failures() {}

    /** @param field the setting that is at fault where Spark does not like the query itself */
    static <T> T told(String field, Supplier<T> work) {
        try {
            return work.get();
        } catch (InputException e) {
            throw e;
        } catch (Exception e) { // Spark's are checked ones that Scala does not declare
            throw e instanceof AnalysisException
                    ? InputException.about(field, firstLine(e), e)
                    : reason(e)
                            .map(line -> new InputException(line, e))
                            .orElseGet(() -> new InputException(firstLine(e), e));
        }
    }

    private static Optional<String> reason(Throwable failure) {
        for (var each = failure; each != null; each = each.getCause()) {
            if (each instanceof NotHere || each instanceof InputException) {
                return Optional.of(each.getMessage());
            }
        }
        var text = TOLD.matcher(String.valueOf(failure.getMessage()));
        return text.find() ? Optional.of(text.group(1)) : Optional.empty();
    }

    private static String firstLine(Throwable failure) {
        var message = failure.getMessage();
        return message == null
                ? failure.toString()
                : message.lines().findFirst().orElse(failure.toString());
    }
}
