package io.mural.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.emulator.Room;
import io.mural.model.parity.Outcome;
import io.mural.model.parity.Parity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Device memory is taken once, whatever the number of pictures and stages. */
class DeviceMemoryTest {
    @Test
    void allThatOperationsTookIsGivenBack() {
        long before = Room.taken();
        try (var ops = Pictures.open()) {
            for (int rows = 1; rows < 40; rows += 13) {
                ops.read(ops.tensor(new float[rows * 7], rows, 7));
            }
            assertThat(Room.taken()).isGreaterThan(before + (1 << 22));
        }
        assertThat(Room.taken()).isEqualTo(before);
    }

    /** Text, denoising and decoding, as pictures have them: each opens operations of its own. */
    @Tag("full")
    @Test
    void threePicturesTakeWhatOneTakes() {
        long before = Room.taken();
        List<Long> most = new ArrayList<>();
        for (int picture = 0; picture < 3; picture++) {
            Room.forget();
            for (var stage : List.of("t5-encoder", "flux1-transformer-t0.37", "flux1-vae-decode")) {
                var outcomes = new ArrayList<Outcome>();
                new Parity(Pictures::open, outcomes::add).run(Path.of("../goldens/cases", stage + ".safetensors"));
                assertThat(outcomes).extracting(Outcome::verdict).containsExactly(Outcome.Verdict.PASS);
                assertThat(Room.taken()).as("after " + stage).isEqualTo(before);
            }
            most.add(Room.most() - before);
        }
        assertThat(most.getFirst()).isGreaterThan(1 << 22);
        assertThat(most).containsOnly(most.getFirst());
    }
}
