import io.mural.langchain4j.MuralImageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** A picture by LangChain4j's ImageModel, into the file that is named. */
public final class Sunset {
    private Sunset() {}

    public static void main(String[] args) throws IOException {
        try (var model = MuralImageModel.builder().seed(7).build()) {
            var image = model.generate("a sunset over purple mountains and a calm sea").content();
            Files.write(Path.of(args[0]), Base64.getDecoder().decode(image.base64Data()));
        }
    }
}
