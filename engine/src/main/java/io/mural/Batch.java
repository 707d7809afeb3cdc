package io.mural;

import io.mural.engine.device.Devices;
import io.mural.engine.text.Figures;
import io.mural.engine.text.Truncation;
import io.mural.model.vae.VaeExtent;
import io.mural.tensor.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pictures made one after the other: all are checked and planned before the first, each is written when it is ready. */
final class Batch {
    private final Making.Means means;
    private final Resolver resolver;
    private final Events events;
    private final Map<Sources, Loaded> loaded = new HashMap<>();
    private final Map<Alike, Making> makings = new HashMap<>();

    Batch(Making.Means means, Resolver resolver, Events events) {
        this.means = means;
        this.resolver = resolver;
        this.events = events;
    }

    /** What pictures of one making share: everything but prompt and seed. */
    private record Alike(Recipe recipe, Optional<VaeExtent> vae, List<Size> references) {}

    /** Where the pictures that a picture is made from come from. */
    private record Sources(Request.Inputs inputs, Edit edit, Optional<InitImage> init, List<Path> references) {}

    /** A picture that is settled and planned. */
    private record Piece(Request request, Recipe recipe, Loaded inputs, Making making, Sink sink) {}

    /** The plan of a picture. */
    Plan plan(Request request) {
        applyLoras();
        return piece(new Order(said(request).seeded(), Sink.memory())).making().plan();
    }

    List<Picture> make(List<Order> orders) {
        var seeded = orders.stream()
                .map(order -> new Order(said(order.request()).seeded(), order.sink()))
                .toList();
        seeded.forEach(order -> Output.check(order.sink(), settled(order.request())));
        var notes = applyLoras();
        var pieces = seeded.stream().map(this::piece).toList();
        List<Picture> pictures = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            var piece = pieces.get(i);
            if (i == 0 || piece.making() != pieces.get(i - 1).making()) {
                announce(pieces.subList(i, pieces.size()), i == 0 ? notes : List.of());
            }
            events.begin(i + 1, piece.recipe(), piece.making().plan());
            var picture = piece.making().make(piece.recipe(), piece.inputs(), piece.sink(), events);
            events.done(picture.file());
            pictures.add(picture);
        }
        return pictures;
    }

    /** A request to change a picture, said in full; the way is told. */
    private Request said(Request request) {
        if (!request.inputs().changed()) {
            return request;
        }
        var way = EditWay.of(means.model(), request.edit());
        events.note(way.words());
        return way.apply(request);
    }

    /** Refuses what makes no sense, before any work. */
    private Recipe settled(Request request) {
        return resolver.recipe(request, inputs(request), VaeExtent.WHOLE);
    }

    private Loaded inputs(Request request) {
        var sources = new Sources(
                request.inputs(),
                request.edit(),
                request.from().flatMap(Recipe::init),
                request.from().map(Recipe::references).orElse(List.of()));
        return loaded.computeIfAbsent(sources, key -> Loaded.of(request, means.model()));
    }

    private Piece piece(Order order) {
        var request = order.request();
        var inputs = inputs(request);
        var recipe = settled(request);
        var sizes = inputs.references().stream()
                .map(image -> new Size(image.width(), image.height()))
                .toList();
        var alike = new Alike(recipe.like("", 0), Resolver.vae(request), sizes);
        var making = makings.computeIfAbsent(alike, key -> Making.of(means, request, recipe, inputs));
        return new Piece(request, recipe.seenBy(making.plan().vae()), inputs, making, order.sink());
    }

    /**
     * Merges LoRAs, if the copies of weights fit, so that what is planned afterwards is measured beside them.
     *
     * @return what of the LoRAs is not applied
     */
    private List<String> applyLoras() {
        long copies = means.model().mergedBytes();
        if (copies > means.memory()) {
            throw new InputException("`lora-mode` merge needs " + Figures.bytes(copies) + " of memory for copies of the"
                    + " weights but " + Figures.bytes(means.memory()) + " are free; `lora-mode` adapter needs none");
        }
        return means.model().applyLoras();
    }

    private void announce(List<Piece> pieces, List<String> notes) {
        var first = pieces.getFirst();
        var plan = first.making().plan();
        var alike = pieces.stream()
                .takeWhile(piece -> piece.making() == first.making())
                .toList();
        events.tell(new Progress.Planned(
                first.recipe().model().name(),
                alike.size(),
                first.recipe().width(),
                first.recipe().height(),
                first.recipe().steps(),
                first.recipe().seed(),
                means.device().name(),
                means.device().threads(),
                plan.memoryBytes(),
                plan.weightBytes(),
                plan.residentBytes()));
        var device = means.device().name();
        Devices.choose(device)
                .backend()
                .slowedBy(device)
                .ifPresent(reason -> events.warn("`device` " + device + ": " + reason));
        notes.forEach(events::warn);
        first.inputs().notes().forEach(events::warn);
        warn(alike);
        plan.lines().forEach(events::note);
    }

    private void warn(List<Piece> pieces) {
        var first = pieces.getFirst();
        var from = first.request().from();
        var init = first.recipe().init();
        from.flatMap(Recipe::init)
                .filter(before -> init.stream()
                        .anyMatch(now -> now.file().equals(before.file())
                                && !now.sha256().equals(before.sha256())))
                .ifPresent(before -> events.warn(before.file() + " has changed since the picture of `from` was made"));
        from.map(Recipe::device)
                .filter(before -> !before.equals(means.device().name()))
                .ifPresent(before -> events.warn("the picture of `from` was made on " + before + "; on "
                        + means.device().name() + " it may differ in the last bits; `device` chooses another device"));
        from.map(Recipe::products)
                .filter(before -> before != first.recipe().products())
                .ifPresent(before -> events.warn("the picture of `from` was made with products in " + before.key()
                        + "; in " + first.recipe().products().key() + " it differs a little"));
        var prompts = new LinkedHashSet<String>();
        pieces.forEach(piece -> prompts.add(piece.recipe().prompt()));
        if (first.recipe().trueCfg() != 1) {
            prompts.add(first.recipe().negative());
        }
        var truncation = new Truncation(means.model(), first.recipe().textTokens());
        prompts.forEach(prompt -> truncation.of(prompt).ifPresent(events::warn));
    }
}
