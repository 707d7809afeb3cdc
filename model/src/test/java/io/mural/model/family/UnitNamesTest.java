package io.mural.model.family;

import static org.assertj.core.api.Assertions.assertThat;

import io.mural.model.hierarchical.Scene;
import io.mural.model.hierarchical.WindowOrder;
import io.mural.model.layers.OutsideMemory;
import io.mural.model.request.GenerationRequest;
import io.mural.model.request.GenerationRequest.Inputs;
import io.mural.model.request.GenerationRequest.Sampling;
import io.mural.model.request.GenerationRequest.Text;
import io.mural.tensor.PlanOps;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Weights are read ahead by the names of units, which the models speak and {@code WeightBlocks} waits for: a name that only one of
 * the two knows would turn reading ahead off without a word.
 */
class UnitNamesTest {
    private static final List<Path> MODELS = List.of(
            Path.of("../models/mural-nano"), Path.of("../goldens/flux1-tiny"), Path.of("../goldens/flux2-tiny"));

    @TestFactory
    List<DynamicTest> namesThatAreWaitedForAreSpoken() {
        return MODELS.stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> {
                    try (var model = PictureModel.open(folder, Optional.empty(), List.of())) {
                        assertAlike(model.textBlocks().names(), text(model));
                        var transformer = transformer(model);
                        transformer.addAll(guide(model));
                        assertAlike(model.transformerBlocks().names(), transformer);
                    }
                }))
                .toList();
    }

    private static Set<String> text(PictureModel model) {
        return heard(ops -> model.encode(ops, "a calm sea", 16));
    }

    private static Set<String> transformer(PictureModel model) {
        var request = new GenerationRequest(
                new Text("", "", 16), model.grid(64, 64), new Sampling(1, 1, 1, 1, Optional.empty()), Inputs.NONE);
        return heard(ops -> model.evaluation(ops, request, model.blank(16))
                .velocity(ops, ops.empty(request.grid().tokens(), model.features()), 0.5));
    }

    private static Set<String> guide(PictureModel model) {
        var settings = model.hierarchicalSettings();
        var grid = model.grid(512, 512);
        var guide = grid.reduced(settings.geometry().ratio());
        var order =
                new WindowOrder(grid.height(), grid.width(), settings.geometry().window());
        var scene = new Scene(
                settings.geometry(),
                order,
                guide.height(),
                guide.width(),
                new float[guide.tokens() * model.features()]);
        return heard(
                ops -> model.guidedWithoutLora().evaluation(ops, scene, settings, model.blank(16), OutsideMemory.KEEP));
    }

    private static Set<String> heard(Consumer<PlanOps> pass) {
        var names = new LinkedHashSet<String>();
        try (var ops = new PlanOps()) {
            ops.onUnit(names::add);
            pass.accept(ops);
        }
        return names;
    }

    /** Every block has a number; a unit without one is a whole part, and those of tokens are pieces of a block. */
    private static void assertAlike(Set<String> waitedFor, Set<String> heard) {
        assertThat(waitedFor).hasSizeGreaterThan(1);
        assertThat(heard.stream().filter(name -> name.matches("(?!tokens\\.).*\\.\\d+")))
                .containsExactlyInAnyOrderElementsOf(waitedFor);
    }
}
