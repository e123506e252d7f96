package dev.sallyport.bench.memory;

import dev.sallyport.bench.client.Call;
import dev.sallyport.bench.client.Connection;
import dev.sallyport.bench.client.Tuning;
import dev.sallyport.bench.client.Way;
import dev.sallyport.bench.origin.Origin;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What is played. Ways and origins are mixed so that each version of HTTP meets each. */
final class Scenes {

    /** Streams on one connection: what proxy and origin allow, and some room for the others. */
    private static final int STREAMS = 100;

    private static final long UPLOAD_BYTES = 1L << 30;

    private Scenes() {}

    /**
     * All of them.
     *
     * @param idle connections of those that do nothing
     * @param slow readers, or uploads, of those that are slow
     * @param sockets WebSockets
     */
    static List<Scene> of(int idle, int slow, int sockets) {
        List<Scene> scenes = new ArrayList<>();
        scenes.add(new Scene(
                "idle",
                "idle: half kept alive, half tunnels",
                Way.CONNECT_H1,
                Origin.H1,
                idle,
                stage -> stage.times(idle, number -> idle(stage, number))));
        scenes.add(new Scene(
                "readers-base-h1",
                title("read a byte a second", Way.BASE_H1, Origin.H1),
                Way.BASE_H1,
                Origin.H1,
                slow,
                stage -> {
                    Queue<Connection> readers = new ConcurrentLinkedQueue<>();
                    stage.times(slow, number -> readers.add(reader(stage, Way.BASE_H1, Origin.H1, Tuning.TRICKLE)));
                    stage.eachSecond(() -> readers.forEach(Connection::readOnce));
                }));
        scenes.add(new Scene(
                "readers-connect-h1",
                title("read nothing", Way.CONNECT_H1, Origin.H2),
                Way.CONNECT_H1,
                Origin.H2,
                slow,
                stage -> stage.times(slow, number -> reader(stage, Way.CONNECT_H1, Origin.H2, Tuning.USUAL))));
        scenes.add(new Scene(
                "readers-base-h2",
                title("streams with shut windows", Way.BASE_H2, Origin.H2),
                Way.BASE_H2,
                Origin.H2,
                slow,
                stage -> streams(stage, slow, Way.BASE_H2, Origin.H2, Tuning.WINDOWS_SHUT)));
        scenes.add(new Scene(
                "readers-connect-h2",
                title("streams, socket not read", Way.CONNECT_H2, Origin.H1),
                Way.CONNECT_H2,
                Origin.H1,
                slow,
                stage -> streams(stage, slow, Way.CONNECT_H2, Origin.H1, Tuning.WINDOWS_OPEN)
                        .forEach(Connection::stopReading)));
        for (Way way : Way.values()) {
            Origin origin = way == Way.BASE_H1 || way == Way.CONNECT_H2 ? Origin.H1 : Origin.H2;
            String suffix = way.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            scenes.add(new Scene(
                    "uploads-" + suffix, title("send a byte a second", way, origin), way, origin, slow, stage -> {
                        Queue<Call> calls = uploads(stage, slow, way, origin, "/sink");
                        stage.eachSecond(() -> calls.forEach(Call::sendOctet));
                    }));
            scenes.add(new Scene(
                    "blocked-" + suffix,
                    title("send, nobody reads", way, origin),
                    way,
                    origin,
                    slow,
                    stage -> uploads(stage, slow, way, origin, "/blocked")
                            .forEach(call -> call.sendBody(UPLOAD_BYTES))));
        }
        scenes.add(new Scene(
                "sockets",
                "idle WebSockets: half base URL, half CONNECT",
                Way.CONNECT_H1,
                Origin.H1,
                sockets,
                stage -> stage.times(
                        sockets,
                        number -> stage.hold(stage.client()
                                        .openWebSocket(number % 2 == 0 ? Way.BASE_H1 : Way.CONNECT_H1, Origin.H1))
                                .echo("hello"))));
        return scenes;
    }

    static String title(String what, Way way, Origin origin) {
        return what + ": " + way.label() + " to " + origin.label();
    }

    private static void idle(Stage stage, int number) throws IOException {
        Way way = number % 2 == 0 ? Way.BASE_H1 : Way.CONNECT_H1;
        Connection connection = stage.hold(stage.client().open(way, Origin.H1));
        connection.get(Origin.OPEN + "/small").expect(200);
    }

    private static Connection reader(Stage stage, Way way, Origin origin, Tuning tuning) throws IOException {
        Connection connection = stage.hold(stage.client().open(way, origin, tuning));
        stage.begin(connection, HttpMethod.GET, "/endless", OptionalLong.empty(), false);
        return connection;
    }

    private static List<Connection> streams(Stage stage, int count, Way way, Origin origin, Tuning tuning)
            throws IOException {
        List<Connection> connections = connections(stage, count, way, origin, tuning);
        stage.times(
                count,
                number -> stage.begin(
                        connections.get(number / STREAMS), HttpMethod.GET, "/endless", OptionalLong.empty(), false));
        return connections;
    }

    private static Queue<Call> uploads(Stage stage, int count, Way way, Origin origin, String path) throws IOException {
        Queue<Call> calls = new ConcurrentLinkedQueue<>();
        List<Connection> shared = way.multiplexed() ? connections(stage, count, way, origin, Tuning.USUAL) : List.of();
        stage.times(count, number -> {
            Connection connection = way.multiplexed()
                    ? shared.get(number / STREAMS)
                    : stage.hold(stage.client().open(way, origin));
            calls.add(stage.begin(connection, HttpMethod.POST, path, OptionalLong.of(UPLOAD_BYTES), true));
        });
        return calls;
    }

    private static List<Connection> connections(Stage stage, int streams, Way way, Origin origin, Tuning tuning)
            throws IOException {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < streams; i += STREAMS) {
            connections.add(stage.hold(stage.client().open(way, origin, tuning)));
        }
        return connections;
    }
}
