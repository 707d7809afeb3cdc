package io.mural;

import io.mural.model.wan.AttentionPattern;
import io.mural.model.wan.T3Windows;
import io.mural.model.wan.UltraGenAttention;
import io.mural.tensor.InputException;
import java.util.Optional;

/**
 * How the tokens of a clip attend to each other.
 *
 * @param kind the pattern; empty for UltraGen's where the weights have its layers, else dense attention
 * @param windows for T3-Video, windows for other sizes than the authors'
 * @param antialias for UltraGen, whether token maps that shrink are smoothed
 */
public record VideoAttention(Optional<Kind> kind, Optional<T3Windows> windows, boolean antialias) {
    /** As the weights have it. */
    public static final VideoAttention OF_WEIGHTS = new VideoAttention(Optional.empty(), Optional.empty(), false);

    public VideoAttention {
        if (windows.isPresent() && !kind.equals(Optional.of(Kind.T3))) {
            throw InputException.about("windows", "`windows` belongs to `attention` t3");
        }
        if (antialias && kind.isPresent() && kind.get() != Kind.ULTRAGEN) {
            throw InputException.about("antialias", "`antialias` belongs to `attention` ultragen");
        }
    }

    /** The patterns there are. */
    public enum Kind {
        DENSE,
        ULTRAGEN,
        T3;

        /** As it is written in files and options. */
        public String key() {
            return switch (this) {
                case DENSE -> "dense";
                case ULTRAGEN -> "ultragen";
                case T3 -> "t3";
            };
        }

        /** {@link InputException} for other words. */
        public static Kind of(String key) {
            for (var kind : values()) {
                if (kind.key().equals(key)) {
                    return kind;
                }
            }
            throw InputException.about("attention", "`attention` " + key + ": choose dense, ultragen or t3");
        }
    }

    AttentionPattern pattern() {
        return switch (kind.orElse(Kind.ULTRAGEN)) {
            case DENSE -> AttentionPattern.DENSE;
            case T3 -> windows.orElse(T3Windows.PUBLISHED).pattern();
            // Blocks without UltraGen's layers attend densely.
            case ULTRAGEN -> UltraGenAttention.pattern(antialias);
        };
    }

    /** The same with its kind said; {@link InputException} where the weights do not have it. */
    VideoAttention settled(boolean weightsAreUltraGen) {
        if (!weightsAreUltraGen && kind.equals(Optional.of(Kind.ULTRAGEN))) {
            throw InputException.about(
                    "attention",
                    "`attention` ultragen: the model has none of UltraGen's layers; leave `attention` away");
        }
        if (!weightsAreUltraGen && antialias) {
            throw InputException.about(
                    "antialias", "`antialias`: the model has none of UltraGen's layers; leave `antialias` away");
        }
        if (kind.isPresent()) {
            return this;
        }
        return new VideoAttention(Optional.of(weightsAreUltraGen ? Kind.ULTRAGEN : Kind.DENSE), windows, antialias);
    }
}
