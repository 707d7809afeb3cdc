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

    /** Of two rows the covariance has rank 1, and the trace of the root is |A d| / sqrt(2) with their difference d. */
    @Test
    void theSmallestSetsHaveADistanceToo() {
        var random = new Random(3);
        for (int set = 0; set < 2000; set++) {
            int features = 8 + random.nextInt(300);
            var a = similar(random, 3, features);
            var b = similar(random, 2, features);
            var of = Frechet.distance(Frechet.Rows.of(a, features), Frechet.Rows.of(b, features));
            double squares = 0;
            for (int row = 0; row < 3; row++) {
                double product = 0;
                for (int f = 0; f < features; f++) {
                    double mean = ((double) a[f] + a[features + f] + a[2 * features + f]) / 3;
                    product += (a[row * features + f] - mean) / Math.sqrt(2) * ((double) b[f] - b[features + f]);
                }
                squares += product * product;
            }
            double expected = of.terms() - 2 * Math.sqrt(squares / 2);
            assertThat(of.distance()).as("set %d", set).isCloseTo(expected, within(1e-9 * of.terms()));
        }
    }

    /** Rows that differ little, as the features of a narrow network do. */
    private static float[] similar(Random random, int rows, int features) {
        var values = new float[rows * features];
        for (int f = 0; f < features; f++) {
            float mean = random.nextFloat() * 3;
            for (int row = 0; row < rows; row++) {
                values[row * features + f] = mean + (float) random.nextGaussian() * 0.005f;
            }
        }
        return values;
    }
}
