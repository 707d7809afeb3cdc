package io.mural.cli.hub;

import io.mural.cli.console.BadUsage;
import io.mural.engine.hub.Holdings;
import io.mural.engine.hub.HubName;
import io.mural.engine.text.Figures;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural models}: what was pulled. */
@Command(
        name = "models",
        description = "Lists the models in the Hugging Face cache of this machine, removes them, or tells their sizes.",
        footerHeading = "%nExamples:%n",
        footer = {"  mural models", "  mural models du", "  mural models rm black-forest-labs/FLUX.2-klein-4B"})
public final class ModelsCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        list();
    }

    /** A line a revision: name, size, files, commit, folder. */
    @Command(name = "list", description = "A line for each revision: name, size, number of files, folder. The default.")
    void list() {
        var out = spec.commandLine().getOut();
        for (var model : models()) {
            for (var revision : model.revisions()) {
                var name = revision.names().isEmpty()
                        ? model.repository() + "@" + revision.commit()
                        : model.repository()
                                + (revision.names().contains("main")
                                        ? ""
                                        : "@" + revision.names().getFirst());
                out.printf(
                        "%s\t%s\t%d files\t%s%n",
                        name, Figures.bytes(revision.bytes()), revision.files(), revision.folder());
            }
            if (model.unfinished() > 0) {
                out.printf(
                        "%s\t%s unfinished; 'mural pull %s' goes on%n",
                        model.repository(), Figures.bytes(model.unfinished()), model.repository());
            }
        }
    }

    /** Bytes on the disk. */
    @Command(name = "du", description = "What each model takes on the disk, and all of them.")
    void du() {
        var out = spec.commandLine().getOut();
        long all = 0;
        for (var model : models()) {
            out.printf("%s\t%s%n", Figures.bytes(model.bytes()), model.repository());
            all += model.bytes();
        }
        out.printf("%s\t%s%n", Figures.bytes(all), HubPath.cache().folder());
    }

    /** Removes models. */
    @Command(
            name = "rm",
            description = "Removes models; with @REVISION only that one, and what no other revision uses.")
    void rm(@Parameters(paramLabel = "ORG/NAME[@REVISION]", arity = "1..*") List<String> models) {
        var names = models.stream().map(ModelsCommand::name).toList();
        var holdings = new Holdings(HubPath.cache());
        for (int i = 0; i < names.size(); i++) {
            long freed = holdings.remove(names.get(i), models.get(i).contains("@"));
            spec.commandLine().getOut().printf("%s\tremoved, %s%n", models.get(i), Figures.bytes(freed));
        }
    }

    private static HubName name(String text) {
        return HubName.of(text)
                .filter(name -> name.file().equals(Optional.empty()))
                .orElseThrow(
                        () -> new BadUsage("'" + text + "' is no model; name it as ORG/NAME, as 'mural models' does"));
    }

    private static List<Holdings.Model> models() {
        return new Holdings(HubPath.cache()).models();
    }
}
