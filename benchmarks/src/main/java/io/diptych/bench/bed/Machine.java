package io.diptych.bench.bed;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Where and when it was measured.
 *
 * @param facts what a reader needs to judge the figures, and to get them again
 * @param remarks what makes them doubtful
 */
public record Machine(Instant when, Map<String, String> facts, List<String> remarks) {

    private static final double BUSY = 0.25;
    private static final long LOOKS_FOR_MILLIS = 2000;
    private static final long MIB = 1 << 20;

    /** This one. */
    public static Machine here(Path data, Path root) throws IOException, InterruptedException {
        var facts = new LinkedHashMap<String, String>();
        var remarks = new ArrayList<String>();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        facts.put("processors", Runtime.getRuntime().availableProcessors() + ", " + processor());
        facts.put("memory", system.getTotalMemorySize() / MIB + " MiB");
        FileStore disk = Files.getFileStore(data);
        facts.put("disk", disk.type() + ", " + disk.getUsableSpace() / MIB + " MiB free");
        facts.put("system", system.getName() + " " + system.getVersion() + " " + system.getArch());
        facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("Diptych", commit(root));
        double busy = busy(system);
        facts.put("busy before", String.format(Locale.ROOT, "%.0f %%", 100 * busy));
        if (busy > BUSY) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "The machine was busy with other things when this began, %.0f %% of its processors: the figures are not"
                            + " to be relied on.",
                    100 * busy));
        }
        return new Machine(Instant.now().truncatedTo(ChronoUnit.SECONDS), facts, remarks);
    }

    /** The share of all processors that is taken, while nothing is measured yet. */
    private static double busy(com.sun.management.OperatingSystemMXBean system) throws InterruptedException {
        double unused = system.getCpuLoad();
        Thread.sleep(LOOKS_FOR_MILLIS);
        return Math.max(0, system.getCpuLoad());
    }

    private static String processor() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(info)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    /** The commit that the sources are at, and whether they were changed since. */
    private static String commit(Path root) {
        try {
            Process git = new ProcessBuilder("git", "-C", root.toString(), "log", "-1", "--format=%h of %cs, %s")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? text + changes(root) : "no git here";
        } catch (IOException e) {
            return "unknown, as git is not there";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    private static String changes(Path root) throws IOException, InterruptedException {
        Process git = new ProcessBuilder("git", "-C", root.toString(), "status", "--porcelain")
                .redirectErrorStream(true)
                .start();
        boolean clean = git.getInputStream().readAllBytes().length == 0;
        git.waitFor();
        return clean ? "" : ", with changes";
    }
}
