package io.mural.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mural.tensor.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {
    private static final Optional<String> NONE = Optional.empty();

    @TempDir
    private Path folder;

    private void picture(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.write(folder.resolve(name), new byte[] {1});
    }

    @Test
    void captionsStandBesidePicturesInALineFileOrAreGivenForAll() throws IOException {
        picture("b.png");
        picture("deep/a.JPG");
        picture("c.jpeg");
        Files.writeString(folder.resolve("b.txt"), "\uFEFFa sea\n\n  [trigger] at night \n");
        Files.writeString(
                folder.resolve("metadata.jsonl"), "{\"file_name\": \"deep/a.JPG\", \"text\": \"a hill, tok\"}\n\n");
        var examples = PictureFolder.read(folder, Optional.of("anything"), Optional.of("tok"));
        assertThat(examples)
                .extracting(example -> example.file().getFileName().toString())
                .containsExactly("b.png", "c.jpeg", "a.JPG");
        assertThat(examples)
                .extracting(Example::captions)
                .containsExactly(
                        List.of("tok, a sea", "tok at night"), List.of("tok, anything"), List.of("a hill, tok"));
    }

    @Test
    void aMaskBelongsToThePictureOfItsName() throws IOException {
        picture("a.jpg");
        picture("a.mask.png");
        picture("b.png");
        assertThat(PictureFolder.read(folder, Optional.of("anything"), NONE))
                .extracting(Example::mask)
                .containsExactly(Optional.of(folder.resolve("a.mask.png")), NONE.map(Path::of));
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        assertThatThrownBy(() -> PictureFolder.read(folder.resolve("none"), NONE, NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no such folder");
        assertThatThrownBy(() -> PictureFolder.read(folder, NONE, NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds no pictures");
        picture("b.png");
        assertThatThrownBy(() -> PictureFolder.read(folder, NONE, NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("1 pictures have no caption (b.png)");
        Files.write(folder.resolve("b.txt"), "Stra\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> PictureFolder.read(folder, NONE, NONE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("b.txt is not in UTF-8");
    }
}
