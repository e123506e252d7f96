package dev.sallyport.sidecar.http;

import io.netty.channel.Channel;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A client's request, and the way to answer it. */
public interface ClientStream extends HttpStream {

    RequestHead head();

    /** The body's declared length; 0: there is none; empty: it ends when it ends. */
    OptionalLong contentLength();

    /** The tunnel that it came through, which the proxy ends itself; empty: it came to the data port as it is. */
    Optional<Tunnel> tunnel();

    /** Sets who takes the request's body; before that nothing is lost. */
    void receive(BodyHandler handler);

    /** Sends an interim answer: 100, 103 or any other of 1xx but 101. Ignored where the client's version has none. */
    void answerInterim(ResponseHead head);

    /**
     * Sends the answer's head. A body follows, which {@link #end} ends, unless method or status have none: then only
     * {@code end} is called. Framing is this side's: a Content-Length in the fields is believed, otherwise it is chunked, or
     * ends with the connection for HTTP/1.0.
     */
    void answer(ResponseHead head);

    /** Ends the connection after this answer. Called before {@link #answer}; with HTTP/2 no new streams are taken. */
    void closeAfterAnswer();

    /** Whether {@link #upgrade}, {@link #intercept} and {@link #tunnelled} may be called: HTTP/1.1. */
    boolean canUpgrade();

    /**
     * Answers 101 with these fields, and ends HTTP on this connection.
     *
     * @return the connection as bytes, what came after the request's head included; it reads nothing until it is told to
     */
    Channel upgrade(ResponseHead head);

    /**
     * Answers a CONNECT with 200 and serves what is inside: TLS with a leaf for the host, then HTTP/1.1 or HTTP/2, or
     * plain HTTP/1.1. Requests from inside have {@link #tunnel}.
     *
     * @param refused is told if the TLS server name is another host: the handshake is then ended with an alert
     */
    void intercept(String host, int port, Consumer<Throwable> refused);

    /**
     * Answers a CONNECT with 200 and reads the TLS ClientHello inside, without answering it.
     *
     * @return the hello; fails if what came is none, is too long, or does not come in time
     */
    Future<ClientHello> tunnelled();

    /**
     * A tunnel whose inside the proxy serves.
     *
     * @param host as the CONNECT said it, checked and in lower case, IPv6 in brackets
     * @param port 1 to 65535
     * @param secure whether there is TLS inside
     */
    record Tunnel(String host, int port, boolean secure) {}

    /**
     * The beginning of a TLS connection that is passed through.
     *
     * @param serverName in lower case; empty: the client sent none
     * @param connection everything from the hello's first byte on; reads nothing until it is told to
     */
    record ClientHello(Optional<String> serverName, Channel connection) {}
}
