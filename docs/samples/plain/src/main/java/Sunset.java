import io.mural.Mural;
import java.nio.file.Path;

/** A picture by the embedded model, into the file that is named. */
public final class Sunset {
    private Sunset() {}

    public static void main(String[] args) {
        try (var mural = Mural.nano()) {
            mural.generate("a sunset over purple mountains and a calm sea").save(Path.of(args[0]));
        }
    }
}
