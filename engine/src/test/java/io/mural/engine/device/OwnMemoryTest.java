package io.mural.engine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OwnMemoryTest {
    @Test
    void itIsTheSameEachTimeAndMoreWherePicturesAreRead() {
        assertThat(OwnMemory.bytes(false)).isEqualTo(OwnMemory.bytes(false));
        assertThat(OwnMemory.bytes(true)).isGreaterThan(OwnMemory.bytes(false));
    }

    /** The whole table is made by {@code bench/run memory}. */
    @Test
    void itIsAboutWhatAProcessTakesThatMakesSmallPictures() {
        assertThat(OwnMemory.bytes(false)).isBetween(64L << 20, 4L << 30);
        OptionalLong now = Footprint.anonymous();
        now.ifPresent(taken -> assertThat(OwnMemory.bytes(false)).isGreaterThan(taken / 8));
    }
}
