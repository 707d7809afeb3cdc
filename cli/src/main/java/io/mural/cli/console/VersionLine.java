package io.mural.cli.console;

import io.mural.engine.text.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the version, the commit where the build knows it, and the JVM's version. */
public final class VersionLine implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var commit = Version.commit().isEmpty() ? "" : "commit " + Version.commit() + ", ";
        return new String[] {"mural " + Version.text() + " (" + commit + "Java " + Runtime.version() + ")"};
    }
}
