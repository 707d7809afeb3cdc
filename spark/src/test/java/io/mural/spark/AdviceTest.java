package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.batch.BatchListener.Totals;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("spark")
class AdviceTest {
    private static final Totals FIVE_GIB = new Totals(1, 1, 1, 1, 1, 1, 5L << 30);

    private static SparkConf conf(String master) {
        return new SparkConf(false).set("spark.master", master);
    }

    @Test
    void tellsTheTwoNumbersWhereTheyAreTooSmall() {
        assertThat(Advice.of(conf("yarn"), FIVE_GIB))
                .satisfiesExactly(
                        heap -> assertThat(heap).contains("spark.executor.memory is 1024m", "2g"),
                        beside -> assertThat(beside)
                                .contains("spark.executor.memoryOverhead is 384m", "takes 5120m", "set it to 6144m"));
    }

    @Test
    void saysNothingWhereAllFits() {
        var conf = conf("k8s://x").set("spark.executor.memory", "3g").set("spark.executor.memoryOverhead", "7g");
        assertThat(Advice.of(conf, FIVE_GIB)).isEmpty();
        assertThat(Advice.of(conf("local[4]"), FIVE_GIB)).isEmpty();
    }

    @Test
    void speculationIsWaste() {
        var conf = conf("spark://x").set("spark.executor.memory", "3g").set("spark.speculation", "true");
        assertThat(Advice.of(conf, FIVE_GIB)).singleElement().asString().contains("spark.speculation");
    }
}
