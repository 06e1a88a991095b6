package io.diptych.chaos;

import io.diptych.App;
import io.diptych.chaos.bank.TransferStatus;
import io.diptych.chaos.check.Check;
import io.diptych.chaos.check.LogReader;
import io.diptych.chaos.check.Run;
import io.diptych.chaos.check.RunLog;
import io.diptych.chaos.check.Tables;
import io.diptych.chaos.check.Violation;
import io.diptych.chaos.cluster.Cluster;
import io.diptych.chaos.fault.FaultRunner;
import io.diptych.chaos.fault.Schedule;
import io.diptych.chaos.load.Gateways;
import io.diptych.chaos.load.Load;
import io.diptych.chaos.load.Operator;
import io.diptych.chaos.load.Recorder;
import io.diptych.chaos.report.Progress;
import io.diptych.chaos.report.Report;
import io.diptych.projection.ReadModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run: start, attack while clients work, let recover, drain, judge. */
final class ChaosRun {

    /** At the end, without faults: a part that was frozen for long has to have spoken its last old word. */
    private static final Duration RECOVERY = Duration.ofSeconds(20);

    /** Longer than a gateway keeps a command that Kafka does not take. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(6);

    /** Without an answer for so long, there will be none. */
    private static final Duration NO_MORE = Duration.ofSeconds(20);

    private final App app = ChaosApp.app();
    private final RunFolder folder;
    private final long seed;
    private final Duration time;
    private final Progress progress;

    ChaosRun(RunFolder folder, long seed, Duration time, PrintWriter out) {
        this.folder = folder;
        this.seed = seed;
        this.time = time;
        this.progress = new Progress(out);
    }

    Report execute() throws IOException, InterruptedException {
        Path trouble = Files.createFile(folder.path().resolve("trouble"));
        var options = List.of("-D" + TransferStatus.TROUBLE + "=" + trouble);
        try (Cluster cluster =
                Cluster.start(folder.path(), ChaosApp.class.getName(), options, progress::tell, folder::closeQuietly)) {
            return execute(cluster, trouble);
        }
    }

    private Report execute(Cluster cluster, Path trouble) throws IOException, InterruptedException {
        var recorder = new Recorder();
        var gateways = new Gateways(cluster.gateways(), recorder);
        var load = new Load(gateways, seed);
        long money = load.openAccounts();
        progress.tell("The accounts are open; the attack begins");

        long begun = System.nanoTime();
        Operator operator =
                load.start(app.readModels().stream().map(ReadModel::name).toList());
        Duration end = time.minus(RECOVERY);
        var targets = cluster.targets();
        var schedule = Schedule.draw(seed, end, targets, Cluster.SESSION_TIMEOUT);
        progress.follow(recorder, time);
        FaultRunner faults = FaultRunner.start(schedule, targets, end, progress::tell);
        Thread.sleep(time);
        faults.join();
        load.stop();
        long ended = System.nanoTime();
        progress.unfollow();

        Thread.sleep(LAST_WORDS);
        int unsettled = load.settle();
        progress.tell("The clients are done; reading the log and the tables");
        try (var reader = new LogReader(app, cluster.bootstrapServers())) {
            RunLog log = drained(reader);
            var tables = new Tables(app, gateways);
            var duringTrouble = tables.read(TransferStatus.READ_MODEL, log);
            Files.delete(trouble);
            long retried = gateways.retryAll(TransferStatus.READ_MODEL);
            var run = new Run(app, recorder.calls(), recorder.reads(), log, tables.read(log), duringTrouble, money);
            var failures = new ArrayList<>(faults.failures());
            if (unsettled > 0) {
                failures.add(unsettled + " transfers could not be completed");
            }
            if (retried == 0 || operator.rebuilds() == 0) {
                failures.add("No poison event waited, or no read model was made anew");
            }
            var operated = List.of(
                    operator.done(),
                    retried + " events that could not be folded for a while were retried",
                    log.commands().size() - log.replies().size() + " of "
                            + log.commands().size() + " records of commands were not answered");
            return new Report(seed, begun, ended, run, faults.landed(), operated, failures, judge(run));
        }
    }

    /** Reads until every command is answered, or no more answer comes. */
    private RunLog drained(LogReader reader) throws InterruptedException {
        RunLog log = reader.readToEnd();
        int answered = 0;
        long quietSince = System.nanoTime();
        while (log.replies().size() < log.commands().size() && System.nanoTime() - quietSince < NO_MORE.toNanos()) {
            Thread.sleep(500);
            log = reader.readToEnd();
            if (log.replies().size() > answered) {
                answered = log.replies().size();
                quietSince = System.nanoTime();
            }
        }
        return log;
    }

    private Map<String, List<Violation>> judge(Run run) {
        var verdicts = new LinkedHashMap<String, List<Violation>>();
        for (Check check : Check.all()) {
            verdicts.put(check.promise(), check.judge(run));
        }
        return verdicts;
    }
}
