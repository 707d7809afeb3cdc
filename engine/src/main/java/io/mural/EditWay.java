package io.mural;

import io.mural.model.edit.Margins;
import io.mural.model.family.PictureModel;
import io.mural.tensor.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ways in which a picture can be changed; a model and a mask leave one of them. */
enum EditWay {
    /** The whole picture, from its own latents with noise. */
    IMAGE_TO_IMAGE("starts from the picture and leaves it as far as `strength` says"),
    /** A part, around which the latents follow the picture. */
    INPAINT("paints the part anew; all around stays the picture's own"),
    /** A part, by a model that was trained to fill holes. */
    FILL("fills the part as a hole in the picture"),
    /** The whole picture, seen by the model beside the noise. */
    REFERENCE("makes the picture anew, looking at the given one"),
    /** A new picture along the edges or depths of this one. */
    CONTROL("makes a new picture along the edges of the given one");

    private final String words;

    EditWay(String words) {
        this.words = words;
    }

    /** What it does, for users. */
    String words() {
        return words;
    }

    static EditWay of(PictureModel model, Edit edit) {
        boolean part = edit.paintsPart();
        return switch (model.tool()) {
            case FILL -> {
                if (!part) {
                    throw InputException.about(
                            "mask", "this model fills holes: say what to paint with `mask`, `region` or `extend`");
                }
                yield FILL;
            }
            case CONTROL -> {
                if (part) {
                    throw InputException.about(
                            "mask",
                            "this model makes whole pictures along edges or depths; `mask`, `region` and `extend` are"
                                    + " for others");
                }
                yield CONTROL;
            }
            case NONE -> part ? INPAINT : model.takesReferences() ? REFERENCE : IMAGE_TO_IMAGE;
        };
    }

    /** The same request said in full: what of it is the picture to start from, what is looked at. */
    Request apply(Request request) {
        var picture = request.start().orElseThrow();
        var edit = request.edit();
        var builder = request.change().changed(false);
        switch (this) {
            case IMAGE_TO_IMAGE, INPAINT, FILL -> {}
            case REFERENCE -> {
                List<Input> references = new ArrayList<>(List.of(picture));
                request.inputs().references().ifPresent(references::addAll);
                builder.noStart().references(references);
                shape(builder, request, picture);
            }
            case CONTROL -> {
                var control = edit.control().orElse(new Edit.Control(picture, true));
                builder.noStart()
                        .edit(new Edit(
                                Optional.empty(),
                                Optional.empty(),
                                Margins.NONE,
                                Optional.of(control),
                                edit.start(),
                                edit.references(),
                                edit.feather()));
                shape(builder, request, picture);
            }
        }
        if (this == REFERENCE || this == CONTROL) {
            request.inputs().strength().ifPresent(strength -> {
                throw InputException.about(
                        "strength", "`strength` has no effect where a model looks at a picture; leave it out");
            });
        }
        return builder.build();
    }

    /** A picture made after another has its proportions. */
    private static void shape(Request.Builder builder, Request request, Input picture) {
        if (request.canvas().size().isEmpty()) {
            builder.like(picture);
        }
    }
}
