package dev.sallyport.sidecar.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.sidecar.testing.GrpcUpstream;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** gRPC's own client and server, with the proxy between them: each call a stream of its own, trailers and all. */
class GrpcIT {

    enum Way {
        BASE_URL,
        CONNECT
    }

    @TempDir
    Path directory;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private GrpcUpstream upstream;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = new GrpcUpstream();
        RunningProxy.secret(directory, "anthropic", "api-key", "sk-grpc-real");
        proxy = new RunningProxy(
                directory,
                RunningProxy.config(Routes.https("grpc", upstream.port())
                        .credential(Routes.apiKey())
                        .build()));
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        proxy.close();
        upstream.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_unary_call_gets_its_answer_and_the_credential(Way way) throws Exception {
        byte[] answer = unary(way, "Unary", "hello".getBytes(StandardCharsets.UTF_8));

        assertThat(answer).asString().isEqualTo("hello");
        assertThat(upstream.keysSeen()).containsExactly("sk-grpc-real");
        AuditedRequest record = proxy.requests(1).getFirst();
        assertThat(record.protocol()).isEqualTo(AuditedRequest.Protocol.HTTP_2);
        assertThat(record.form())
                .isEqualTo(
                        switch (way) {
                            case BASE_URL -> AuditedRequest.Form.BASE_URL;
                            case CONNECT -> AuditedRequest.Form.INTERCEPTED;
                        });
        assertThat(record.path()).contains("/echo.Echo/Unary");
    }

    @ParameterizedTest
    @EnumSource
    void a_message_larger_than_any_window_passes_both_ways(Way way) throws Exception {
        byte[] large = new byte[8 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }

        assertThat(unary(way, "Unary", large)).isEqualTo(large);
    }

    @ParameterizedTest
    @EnumSource
    void an_error_keeps_its_status_and_its_trailers(Way way) {
        assertThatThrownBy(() -> unary(way, "Fail", new byte[0]))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                    assertThat(failure.getStatus().getDescription()).isEqualTo("as asked");
                    assertThat(java.util.Objects.requireNonNull(failure.getTrailers())
                                    .get(GrpcUpstream.NOTE))
                            .isEqualTo("from the trailers");
                });
    }

    @ParameterizedTest
    @EnumSource
    void messages_go_both_ways_in_turn_on_one_stream(Way way) throws Exception {
        BlockingQueue<String> answers = new ArrayBlockingQueue<>(64);
        StreamObserver<byte[]> ask = ClientCalls.asyncBidiStreamingCall(both(way), collecting(answers));

        for (int i = 0; i < 50; i++) {
            ask.onNext(("message " + i).getBytes(StandardCharsets.UTF_8));
            assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("message " + i);
        }
        ask.onCompleted();

        assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("completed");
    }

    @ParameterizedTest
    @EnumSource
    void a_cancelled_call_is_cancelled_upstream(Way way) throws Exception {
        BlockingQueue<String> answers = new ArrayBlockingQueue<>(64);
        ClientCall<byte[], byte[]> call = both(way);
        StreamObserver<byte[]> ask = ClientCalls.asyncBidiStreamingCall(call, collecting(answers));
        ask.onNext("one".getBytes(StandardCharsets.UTF_8));
        assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("one");

        call.cancel("enough", null);

        assertThat(upstream.cancelled().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(proxy.requests(1).getFirst().reason()).contains(dev.sallyport.contract.audit.Reason.CLIENT_ABORTED);
    }

    @ParameterizedTest
    @EnumSource
    void many_calls_share_one_connection(Way way) throws Exception {
        ManagedChannel channel = channel(way);
        BlockingQueue<String> answers = new ArrayBlockingQueue<>(256);
        List<StreamObserver<byte[]>> streams = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            streams.add(ClientCalls.asyncBidiStreamingCall(
                    channel.newCall(
                            GrpcUpstream.method(prefix(way), "Both", MethodType.BIDI_STREAMING), CallOptions.DEFAULT),
                    collecting(answers)));
        }

        streams.forEach(stream -> stream.onNext("x".getBytes(StandardCharsets.UTF_8)));

        for (int i = 0; i < 40; i++) {
            assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo("x");
        }
        assertThat(proxy.admin("/metrics").body())
                .containsPattern("sallyport_client_connections 1\\.0")
                .containsPattern("sallyport_requests_running 40\\.0");
        streams.forEach(StreamObserver::onCompleted);
    }

    private byte[] unary(Way way, String name, byte[] message) throws Exception {
        return ClientCalls.blockingUnaryCall(
                channel(way), GrpcUpstream.method(prefix(way), name, MethodType.UNARY), CallOptions.DEFAULT, message);
    }

    private ClientCall<byte[], byte[]> both(Way way) throws Exception {
        return channel(way)
                .newCall(GrpcUpstream.method(prefix(way), "Both", MethodType.BIDI_STREAMING), CallOptions.DEFAULT);
    }

    private static String prefix(Way way) {
        return switch (way) {
            case BASE_URL -> "grpc/";
            case CONNECT -> "";
        };
    }

    private ManagedChannel channel(Way way) throws Exception {
        Metadata dummy = new Metadata();
        dummy.put(GrpcUpstream.API_KEY, "dummy");
        NettyChannelBuilder builder =
                switch (way) {
                    case BASE_URL ->
                        NettyChannelBuilder.forAddress("127.0.0.1", proxy.proxy.port())
                                .usePlaintext();
                    case CONNECT -> tunnelled();
                };
        ManagedChannel channel = builder.maxInboundMessageSize(64 << 20)
                .intercept(MetadataUtils.newAttachHeadersInterceptor(dummy))
                .build();
        channels.add(channel);
        return channel;
    }

    private NettyChannelBuilder tunnelled() throws Exception {
        InetSocketAddress through = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.proxy.port());
        return NettyChannelBuilder.forTarget("dns:///api.test:" + upstream.port())
                .proxyDetector(target -> HttpConnectProxiedSocketAddress.newBuilder()
                        .setProxyAddress(through)
                        .setTargetAddress((InetSocketAddress) target)
                        .build())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(directory
                                .resolve("trust")
                                .resolve("ca-bundle.crt")
                                .toFile())
                        .build());
    }

    private static StreamObserver<byte[]> collecting(BlockingQueue<String> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                answers.add(new String(message, StandardCharsets.UTF_8));
            }

            @Override
            public void onError(Throwable failure) {
                answers.add("failed");
            }

            @Override
            public void onCompleted() {
                answers.add("completed");
            }
        };
    }
}
