package io.mural.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.openai.OpenAiImageModel;
import io.mural.server.Running;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.openai.OpenAiImageOptions;

/** LangChain4j's and Spring AI's models of OpenAI's pictures, pointed at the server. */
@Tag("full")
class JavaClientsTest {
    private static final int SIDE = 32;

    @TempDir
    static Path output;

    private static Running running;

    @BeforeAll
    static void start() {
        running = Running.open(output);
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    /** As docs/server.md advises: a long timeout, no repeating. */
    private static OpenAiImageModel langChain() {
        return OpenAiImageModel.builder()
                .baseUrl(running.address() + "/v1")
                .apiKey("none")
                .modelName("gpt-image-1")
                .size(SIDE + "x" + SIDE)
                .timeout(Duration.ofMinutes(30))
                .maxRetries(0)
                .build();
    }

    private static void assertPicture(String base64) throws IOException {
        var image = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
        assertThat(image.getWidth()).isEqualTo(SIDE);
        assertThat(image.getHeight()).isEqualTo(SIDE);
    }

    @Test
    void langChainMakesPictures() throws Exception {
        assertPicture(langChain().generate("a calm sea").content().base64Data());
        var several = langChain().generate("a hill", 2).content();
        assertThat(several).hasSize(2);
        assertThat(several.get(0).base64Data()).isNotEqualTo(several.get(1).base64Data());
    }

    @Test
    void langChainChangesAPicture() throws Exception {
        var first = langChain().generate("a hill").content();
        var picture = Image.builder()
                .base64Data(first.base64Data())
                .mimeType("image/png")
                .build();
        var changed = langChain().edit(picture, "a hill in snow").content();
        assertPicture(changed.base64Data());
        assertThat(changed.base64Data()).isNotEqualTo(first.base64Data());
    }

    @Test
    void langChainPaintsWhereAMaskIsTransparent() throws Exception {
        var first = langChain().generate("a hill").content();
        var picture = png(Base64.getDecoder().decode(first.base64Data()));
        var painted = langChain()
                .edit(picture, png(Halves.mask(SIDE)), "a hill in snow")
                .content();
        Halves.assertPainted(
                Base64.getDecoder().decode(first.base64Data()),
                Base64.getDecoder().decode(painted.base64Data()));
    }

    private static Image png(byte[] file) {
        return Image.builder()
                .base64Data(Base64.getEncoder().encodeToString(file))
                .mimeType("image/png")
                .build();
    }

    @Test
    void langChainTellsWhatIsWrong() {
        var wrong = OpenAiImageModel.builder()
                .baseUrl(running.address() + "/v1")
                .apiKey("none")
                .modelName("other")
                .maxRetries(0)
                .build();
        assertThatThrownBy(() -> wrong.generate("a hill")).hasMessageContaining("model_not_found");
    }

    @Test
    void springMakesPictures() throws Exception {
        var options = OpenAiImageOptions.builder()
                .baseUrl(running.address() + "/v1")
                .apiKey("none")
                .model("gpt-image-1")
                .size(SIDE + "x" + SIDE)
                .n(1)
                .build();
        var model = org.springframework.ai.openai.OpenAiImageModel.builder()
                .options(options)
                .build();
        var answer = model.call(new ImagePrompt("a calm sea", options));
        assertPicture(answer.getResult().getOutput().getB64Json());
    }
}
