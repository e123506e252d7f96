package dev.sallyport.sidecar.testing;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;

/** A gRPC service over TLS that echoes bytes, fails when it is told to, and remembers the keys that came. */
public final class GrpcUpstream implements AutoCloseable {

    public static final Metadata.Key<String> API_KEY = Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);
    public static final Metadata.Key<String> NOTE = Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER);

    private static final String SERVICE = "echo.Echo";

    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final Server server;

    public GrpcUpstream() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(keys()), SslProvider.JDK)
                        .build())
                .maxInboundMessageSize(64 << 20)
                .addService(ServerInterceptors.intercept(service(), new Remembering()))
                .build()
                .start();
    }

    private static KeyManagerFactory keys() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(TestAuthority.leaf("dns:api.test"))) {
            store.load(in, TestAuthority.PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, TestAuthority.PASSWORD.toCharArray());
        return factory;
    }

    /** A method of the service. With a prefix, such as {@code grpc/}, it is asked for through a base URL. */
    public static MethodDescriptor<byte[], byte[]> method(
            String prefix, String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder(Bytes.INSTANCE, Bytes.INSTANCE)
                .setType(type)
                .setFullMethodName(prefix + SERVICE + "/" + name)
                .build();
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(
                        method("", "Unary", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((byte[] asked, StreamObserver<byte[]> answer) -> {
                            answer.onNext(asked);
                            answer.onCompleted();
                        }))
                .addMethod(
                        method("", "Fail", MethodDescriptor.MethodType.UNARY),
                        ServerCalls.asyncUnaryCall((byte[] asked, StreamObserver<byte[]> answer) -> {
                            Metadata trailers = new Metadata();
                            trailers.put(NOTE, "from the trailers");
                            answer.onError(Status.FAILED_PRECONDITION
                                    .withDescription("as asked")
                                    .asRuntimeException(trailers));
                        }))
                .addMethod(
                        method("", "Both", MethodDescriptor.MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(this::echo))
                .build();
    }

    private StreamObserver<byte[]> echo(StreamObserver<byte[]> answer) {
        ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(cancelled::countDown);
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                answer.onNext(message);
            }

            @Override
            public void onError(Throwable failure) {
                cancelled.countDown();
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    public int port() {
        return server.getPort();
    }

    /** The API keys of all calls, in their order. */
    public List<String> keysSeen() {
        return keys;
    }

    /** Is counted down once a stream is cancelled. */
    public CountDownLatch cancelled() {
        return cancelled;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Remembering implements ServerInterceptor {
        @Override
        public <A, B> ServerCall.Listener<A> interceptCall(
                ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
            keys.add(String.valueOf(headers.get(API_KEY)));
            return next.startCall(call, headers);
        }
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
