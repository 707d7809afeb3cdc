package io.mural.evaluate.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

class SeamsTest {
    private static final int SIDE = 192;

    private static StepProfiles profiles(IntBinaryOperator level) {
        var profiles = new StepProfiles(SIDE, SIDE);
        var row = new byte[SIDE * 3];
        for (int y = 0; y < SIDE; y++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (byte) Math.clamp(level.applyAsInt(i / 3, y), 0, 255);
            }
            profiles.row(row, 0);
        }
        return profiles;
    }

    private static IntBinaryOperator noise() {
        var random = new Random(5);
        return (x, y) -> 128 + (int) (8 * random.nextGaussian());
    }

    @Test
    void aPictureOfOneColourHasNeitherSeamsNorBands() {
        var flat = profiles((x, y) -> 77);
        var seams = Seams.at(flat, 16);
        assertThat(seams.fails()).isFalse();
        assertThat(seams.columns().seam()).isEqualTo(1);
        assertThat(seams.columns().share()).isEqualTo(1);
        assertThat(Seams.bands(flat)).isEqualTo(new Seams.Bands(0, 0));
    }

    @Test
    void noiseHasNoSeams() {
        assertThat(Seams.at(profiles(noise()), 64).fails()).isFalse();
    }

    /** Windows of 64 whose level alternates: across columns alone, and at no other period. */
    @Test
    void windowsOfDifferentLevelsFailAtTheirPeriodOnly() {
        var noise = noise();
        var windows = profiles((x, y) -> noise.applyAsInt(x, y) + 12 * (x / 64 % 2));
        var seams = Seams.at(windows, 64);
        assertThat(seams.columns().fails()).isTrue();
        assertThat(seams.columns().share()).isCloseTo(1.0 / 64, within(1e-12));
        assertThat(seams.rows().fails()).isFalse();
        assertThat(Seams.at(windows, 48).fails()).isFalse();
    }

    @Test
    void rowsThatRepeatAreBands() {
        var noise = noise();
        var bands = Seams.bands(profiles((x, y) -> noise.applyAsInt(x, y) + (int) (40 * Math.sin(y * Math.PI / 24))));
        assertThat(bands.rows()).isGreaterThan(0.9);
        assertThat(bands.columns()).isLessThan(0.4);
        assertThat(bands.fails(0)).isTrue();
        assertThat(bands.fails(0.5)).isFalse();
    }
}
