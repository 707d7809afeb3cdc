package io.mural.cli;

import io.mural.cli.console.BadUsage;
import io.mural.engine.text.Words;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mural completion}: a script that teaches the shell mural's commands and options. */
@Command(
        name = "completion",
        description = "Prints a script that completes mural's commands and options in the shell.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(mural completion bash)",
            "  mural completion zsh > ~/.mural-completion && source ~/.mural-completion",
            "  mural completion fish > ~/.config/fish/completions/mural.fish"
        })
final class CompletionCommand implements Runnable {
    /** One script serves the first two: for zsh it loads that shell's emulation of bash's completion. */
    enum Shell {
        BASH,
        ZSH,
        FISH;

        @Override
        public String toString() {
            return Words.of(this);
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", arity = "0..1", hideParamSyntax = true, description = "bash, zsh or fish.")
    private Shell shell;

    @Override
    public void run() {
        if (shell == null) {
            throw new BadUsage("name the shell: bash, zsh or fish");
        }
        var root = spec.root().commandLine();
        spec.commandLine()
                .getOut()
                .print(shell == Shell.FISH ? FishCompletion.script("mural", root) : AutoComplete.bash("mural", root));
        spec.commandLine().getOut().flush();
    }
}
