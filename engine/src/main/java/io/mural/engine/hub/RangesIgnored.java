package io.mural.engine.hub;

/** A server answers a request for a range with all of the file: it has to come in one go. */
final class RangesIgnored extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
