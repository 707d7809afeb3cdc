package io.mural.evaluate.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mural.tensor.InputException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrechetTest {
    private static float[] rows(int count, int features, double shift, long seed) {
        var random = new Random(seed);
        var rows = new float[count * features];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) (shift + random.nextGaussian() * (1 + i % features));
        }
        return rows;
    }

    /** Few or many rows, features or statistics: four ways to one number. */
    @Test
    void everyWayGivesTheSameDistance() {
        var few = Frechet.Rows.of(rows(9, 12, 0, 1), 12);
        var many = Frechet.Rows.of(rows(40, 12, 0.5, 2), 12);
        double expected = Frechet.distance(few, many).distance();
        assertThat(Frechet.distance(many, few).distance()).isCloseTo(expected, within(1e-9 * expected));
        assertThat(Frechet.distance(few, many.stored()).distance()).isCloseTo(expected, within(1e-6 * expected));
        assertThat(Frechet.distance(few.stored(), many).distance()).isCloseTo(expected, within(1e-6 * expected));
        assertThat(Frechet.distance(few.stored(), many.stored()).distance())
                .isCloseTo(expected, within(1e-6 * expected));
    }

    /** Of normal distributions with independent features it is the sum over features of both differences' squares. */
    @Test
    void independentFeaturesAddUp() {
        var a = new Frechet.Stored(new double[] {1, 2}, new double[] {4, 0, 0, 9});
        var b = new Frechet.Stored(new double[] {3, -1}, new double[] {1, 0, 0, 25});
        assertThat(Frechet.distance(a, b).distance()).isCloseTo(4 + 9 + 1 + 4, within(1e-12));
    }

    @Test
    void onePictureIsNotEnough() {
        assertThatThrownBy(() -> Frechet.Rows.of(new float[12], 12))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("at least 2 pictures");
    }

    @Test
    void momentsDoNotDependOnHowRowsAreAdded() {
        var rows = rows(600, 3, 1000, 3);
        var whole = FeatureMoments.of(rows, 3);
        var parts = new FeatureMoments(3);
        parts.add(Arrays.copyOf(rows, 7 * 3));
        parts.add(Arrays.copyOfRange(rows, 7 * 3, rows.length));
        for (int i = 0; i < 9; i++) {
            assertThat(parts.covariance()[i]).isCloseTo(whole.covariance()[i], within(1e-9));
        }
        double sum = 0;
        double mean = whole.mean()[0];
        for (int row = 0; row < 600; row++) {
            sum += (rows[row * 3] - mean) * (rows[row * 3] - mean);
        }
        assertThat(whole.covariance()[0]).isCloseTo(sum / 599, within(1e-9));
    }
}
