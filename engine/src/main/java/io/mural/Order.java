package io.mural;

/** A picture that is asked for and where it goes. */
public record Order(Request request, Sink sink) {}
