package io.diptych.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * One broker of a cluster on loopback, for a process of its own: it can be killed and started again. Every broker holds
 * a copy of everything, and a majority of the copies must have what is acknowledged.
 */
public final class ClusterBroker {

    private ClusterBroker() {}

    /**
     * What the brokers of a cluster have in common.
     *
     * @param id of the cluster
     * @param addresses of the brokers, in the order of their ids
     */
    public record Plan(String id, List<Address> addresses) {

        /** A cluster of that many brokers, on free ports. */
        public static Plan of(int brokers) {
            return new Plan(
                    Uuid.randomUuid().toString(),
                    IntStream.range(0, brokers)
                            .mapToObj(i -> new Address(Ports.free(), Ports.free()))
                            .toList());
        }

        /** Hosts and ports for clients. */
        public String bootstrapServers() {
            return String.join(
                    ",",
                    addresses.stream()
                            .map(a -> BrokerSettings.HOST + ":" + a.port())
                            .toList());
        }

        /** For {@link ClusterBroker#main}. */
        public List<String> arguments(int broker, Path dataDir) {
            var arguments = new ArrayList<>(List.of(id, Integer.toString(broker), dataDir.toString()));
            addresses.forEach(a -> arguments.add(a.port() + ":" + a.controllerPort()));
            return arguments;
        }
    }

    /** Where a broker listens for clients, and for other brokers that elect a controller. */
    public record Address(int port, int controllerPort) {}

    /** Runs a broker until the process ends; {@link Plan#arguments} makes its arguments. */
    public static void main(String[] args) throws Exception {
        var members = new ArrayList<BrokerSettings.Member>();
        for (String address : List.of(args).subList(3, args.length)) {
            String[] ports = address.split(":", 2);
            members.add(new BrokerSettings.Member(Integer.parseInt(ports[0]), Integer.parseInt(ports[1])));
        }
        DataFolder folder = DataFolder.claim(Path.of(args[2]), "Kafka");
        var settings = new BrokerSettings(Integer.parseInt(args[1]), folder.data(), members);
        settings.format(args[0]);
        var server = settings.startServer();
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "stop"));
        server.awaitShutdown();
    }
}
