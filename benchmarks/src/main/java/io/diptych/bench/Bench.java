package io.diptych.bench;

import io.diptych.cli.Diptych;
import java.util.Arrays;

/** The command line of the measurements. A node that is measured is started through it as well. */
public final class Bench {

    private Bench() {}

    /** See {@code --help}. */
    public static void main(String[] args) {
        if (args.length > 2 && args[0].equals("node")) {
            Diptych.run(Accounts.app(args[1]), Arrays.copyOfRange(args, 2, args.length));
        } else {
            System.exit(new picocli.CommandLine(new RestartBench()).execute(args));
        }
    }
}
