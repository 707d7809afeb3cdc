package io.mural.server.jobs;

/** A style LoRA of the server's folder, by its name. */
public record Style(String name, double scale) {}
