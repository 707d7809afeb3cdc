package io.mural.train.job;

/** What is trained. */
public enum Kind {
    /** A LoRA for a subject or a look, on all tokens. */
    STYLE,
    /** The LoRA of the hierarchical method, on the tokens of the guide alone. */
    GUIDE,
    /** All weights of the transformer. */
    FULL
}
