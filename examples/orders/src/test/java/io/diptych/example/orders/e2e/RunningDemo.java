package io.diptych.example.orders.e2e;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.support.TypeBasedParameterResolver;

/** Gives a test the demo, which is started once for all tests that ask for it; they take turns under {@link #LOCK}. */
final class RunningDemo extends TypeBasedParameterResolver<RunningDemo.Demo> implements ParameterResolver {

    static final String LOCK = "the running demo";

    /** A demo and how to reach it. */
    record Demo(OrdersProcess process, Path dir, Api api, String kafka) implements AutoCloseable {

        private static Demo start() {
            try {
                Path dir = Files.createTempDirectory("diptych-demo");
                int port = FreePorts.next();
                int kafkaPort = FreePorts.next();
                OrdersProcess process = OrdersProcess.demo(dir, port, kafkaPort);
                return new Demo(process, dir, new Api(OrdersProcess.url(port)), "127.0.0.1:" + kafkaPort);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws Exception {
            process.close();
            Files.walkFileTree(dir, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
                    Files.delete(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    @Override
    public Demo resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(RunningDemo.class))
                .computeIfAbsent(Demo.class, type -> Demo.start(), Demo.class);
    }
}
