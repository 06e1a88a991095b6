package io.diptych.bench.subject;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The measured side of the bench. A measured process says on its output where it can be reached, answers questions that
 * come on its input, one a line, and ends when its input does: it never outlives the bench. Uses the JDK alone, so that a
 * rival brings its own libraries only.
 */
public final class Subject {

    /** Begins a line that is meant for the bench; all other lines are log. */
    public static final String MARK = "@bench ";

    /** Answers a question. */
    public interface Answer {
        /** What was asked for is one word; the rest of the line is its argument. */
        String to(String argument) throws Exception;
    }

    private Subject() {}

    /**
     * Listens to the bench, which may ask what this JVM has allocated and compiled, and what else is given. From now on a
     * failure of the calling thread ends the process, and its end does not.
     */
    public static void listen(Map<String, Answer> answers) {
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        Thread.ofPlatform().name("bench").start(() -> serve(answers));
    }

    /**
     * Says that the process can be used.
     *
     * @param address where; empty when it needs none
     * @param versions of what is measured, for the report
     */
    public static void ready(String address, String versions) {
        tell("ready " + address + "|" + versions);
    }

    /** Bytes that all threads of this JVM have allocated since it began. */
    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    /** Milliseconds that all compilers of this JVM have worked since it began. */
    public static long compileMillis() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        return compilers == null ? 0 : compilers.getTotalCompilationTime();
    }

    private static void serve(Map<String, Answer> answers) {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                answer(line, answers);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The bench cannot be heard any more", e);
        } finally {
            System.exit(0);
        }
    }

    private static void answer(String line, Map<String, Answer> answers) {
        int space = line.indexOf(' ');
        String question = space < 0 ? line : line.substring(0, space);
        String argument = space < 0 ? "" : line.substring(space + 1);
        if (question.equals("allocated")) {
            tell("answer " + allocated());
            return;
        }
        if (question.equals("compiled")) {
            tell("answer " + compileMillis());
            return;
        }
        Answer answer = answers.get(question);
        try {
            tell(answer == null ? "failure does not know [" + question + "]" : "answer " + answer.to(argument));
        } catch (Exception e) {
            e.printStackTrace();
            tell("failure " + e.toString().replace('\n', ' '));
        }
    }

    private static synchronized void tell(String what) {
        System.out.println(MARK + what);
        System.out.flush();
    }
}
