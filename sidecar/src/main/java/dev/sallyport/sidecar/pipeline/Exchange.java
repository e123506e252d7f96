package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.AuditedRequest.CredentialUse;
import dev.sallyport.contract.audit.AuditedRequest.Decision;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.contract.status.Counters.LastDenied;
import dev.sallyport.sidecar.audit.CounterFile.Outcome;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.credential.Injection;
import dev.sallyport.sidecar.credential.Injector;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.route.Route;
import dev.sallyport.sidecar.upstream.UpstreamException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, from its head to its record. All of it runs on the client connection's event loop, so nothing is locked.
 *
 * <p>Both bodies are pumped at once and independently: an upstream may answer before the request has ended. Whatever ends
 * the exchange calls {@link #account} once; what comes later finds it accounted for and does nothing.
 */
final class Exchange {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
    private static final int MOST_PATH = 2048;

    /** How much of a refused body is read to keep the connection; beyond, it is closed. */
    private static final long DISCARDED_BYTES = 256 * 1024;

    private static final long DISCARD_MILLIS = 2_000;

    private final Pipeline pipeline;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Context context;
    private final Admission admission;
    private final Instant began;
    private final long beganNanos;
    private final String id = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    private Optional<Permit> permit = Optional.empty();
    private Optional<CredentialUse> credential = Optional.empty();
    private ProxyLimits limits = ProxyLimits.DEFAULTS;
    private @Nullable HttpClientRequest upstream;
    private boolean reserved;
    private boolean accounted;
    private boolean answered;
    private boolean requestSent;
    private boolean upstreamAborted;
    private long requestBytes;
    private long responseBytes;
    private long firstByteNanos = -1;
    private long lastProgress;
    private long silenceTimer = -1;

    Exchange(Pipeline pipeline, HttpServerRequest request) {
        this.pipeline = pipeline;
        this.request = request;
        this.response = request.response();
        this.context = pipeline.vertx().getOrCreateContext();
        this.admission = new Admission(request);
        this.began = pipeline.clock().instant();
        this.beganNanos = pipeline.nanos().getAsLong();
        this.lastProgress = beganNanos;
    }

    void begin() {
        guarded(() -> {
            if (arrive()) {
                admit();
            }
        });
    }

    /** An error of ours must not leave a request without an answer and a record. Its text may quote what was sent. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            StackTraceElement[] trace = e.getStackTrace();
            LOG.atError()
                    .addKeyValue("exception", e.getClass().getName())
                    .addKeyValue("at", trace.length == 0 ? "unknown" : trace[0].toString())
                    .addKeyValue("requestId", id)
                    .log("Request failed inside the proxy");
            if (!accounted) {
                end(Reason.INTERNAL_ERROR);
            }
        }
    }

    private void admit() {
        Optional<Snapshot> snapshot = pipeline.snapshots().current();
        if (pipeline.running().isStopping()) {
            refuse(Reason.STOPPING);
        } else if (snapshot.isEmpty()) {
            refuse(Reason.CONFIG_UNAVAILABLE);
        } else {
            limits = snapshot.get().config().limits();
            switch (admission.decide(snapshot.get(), pipeline.policy())) {
                case Deny deny -> refuse(deny);
                case Permit granted -> permitted(granted, snapshot.get());
            }
        }
    }

    void refuseUnreadable(Reason reason) {
        if (arrive()) {
            refuse(reason);
        }
    }

    /** False: the request cannot be recorded, and has been refused. */
    private boolean arrive() {
        request.pause();
        request.exceptionHandler(this::clientFailed);
        response.exceptionHandler(this::clientFailed);
        pipeline.running().enter(this);
        reserved = pipeline.audit().tryReserve();
        if (!reserved) {
            refuse(Reason.AUDIT_UNAVAILABLE);
        }
        return reserved;
    }

    private void permitted(Permit granted, Snapshot snapshot) {
        permit = Optional.of(granted);
        Injection injection = Injector.inject(granted, snapshot.credentials());
        String query = admission.query();
        switch (injection) {
            case Injection.Refused refused -> {
                refuse(new Deny(refused.reason(), refused.message()));
                return;
            }
            case Injection.Query parameter -> query = Fields.withParameter(query, parameter.name(), parameter.value());
            case Injection.Field field -> {}
            case Injection.None none -> {}
        }
        // Cannot be armed later: the look-up and the connection have bounds of their own, but silence covers all.
        armSilenceTimer(TimeUnit.SECONDS.toMillis(limits.silenceSeconds()));
        pipeline.upstreams()
                .open(
                        granted.route().config(),
                        granted.origin(),
                        HttpMethod.valueOf(request.method().name()),
                        admission.path().orElse("/") + query,
                        limits.connectSeconds())
                .onComplete(opened -> {
                    if (accounted) {
                        if (opened.succeeded()) {
                            opened.result().reset();
                        }
                    } else if (opened.failed()) {
                        upstreamFailed(opened.cause());
                    } else {
                        guarded(() -> send(opened.result(), granted, injection));
                    }
                });
    }

    private void send(HttpClientRequest to, Permit granted, Injection injection) {
        upstream = to;
        lastProgress = now();
        to.exceptionHandler(this::requestFailed);
        to.response().onComplete(arrived -> {
            if (arrived.succeeded()) {
                guarded(() -> answer(arrived.result()));
            } else {
                upstreamFailed(arrived.cause());
            }
        });
        to.continueHandler(ignored -> passContinue());
        to.earlyHintsHandler(hints -> {
            if (!accounted && !answered && request.version() == HttpVersion.HTTP_1_1) {
                response.writeEarlyHints(hints);
            }
        });
        try {
            Fields.forward(request.headers(), to.headers(), granted.origin(), injection);
        } catch (IllegalArgumentException e) {
            refuse(Reason.MALFORMED_REQUEST);
            return;
        }
        credential = Optional.ofNullable(
                switch (injection) {
                    case Injection.Field field -> field.use();
                    case Injection.Query parameter -> parameter.use();
                    case Injection.None none -> null;
                    case Injection.Refused refused -> null;
                });
        if (admission.bodyBytes().equals(OptionalLong.of(0))) {
            requestSent = true;
            to.end();
            request.handler(ignored -> {});
            request.resume();
        } else {
            sendBody(to, granted);
        }
    }

    private void sendBody(HttpClientRequest to, Permit granted) {
        OptionalLong most = granted.route().config().limits().requestBodyBytes();
        if (admission.bodyBytes().isEmpty()) {
            to.setChunked(true);
        }
        to.writeHead();
        request.handler(part -> {
            lastProgress = now();
            requestBytes += part.length();
            if (accounted || requestSent) {
                return;
            }
            if (most.isPresent() && requestBytes > most.getAsLong()) {
                refuse(Policy.bodyTooLarge(most.getAsLong()));
                return;
            }
            to.write(part);
            if (to.writeQueueFull()) {
                request.pause();
                to.drainHandler(ignored -> {
                    lastProgress = now();
                    request.resume();
                });
            }
        });
        request.endHandler(ignored -> {
            if (!accounted && !requestSent) {
                requestSent = true;
                to.end();
            }
        });
        request.resume();
    }

    private void passContinue() {
        lastProgress = now();
        if (!accounted && !answered && request.version() == HttpVersion.HTTP_1_1) {
            response.writeContinue();
        }
    }

    private void answer(HttpClientResponse from) {
        if (accounted) {
            return;
        }
        lastProgress = now();
        firstByteNanos = lastProgress;
        int status = from.statusCode();
        if (status < 200 || status > 999 || isEncodedOddly(from)) {
            upstreamFailed(new IllegalArgumentException());
            return;
        }
        answered = true;
        response.setStatusCode(status);
        if (from.statusMessage() != null && !from.statusMessage().isEmpty()) {
            response.setStatusMessage(from.statusMessage());
        }
        Fields.answer(from.headers(), response.headers());
        boolean bodiless = isHead() || status == 204 || status == 304;
        if (status == 204) {
            response.headersEndHandler(ignored -> response.headers().remove(Fields.CONTENT_LENGTH));
        }
        if (pipeline.running().isStopping() || (!requestSent && status >= 300)) {
            response.headers().set("Connection", "close");
        }
        from.exceptionHandler(this::upstreamFailed);
        from.endHandler(ignored -> complete(from, bodiless));
        if (!bodiless) {
            if (request.version() == HttpVersion.HTTP_1_1) {
                if (!from.headers().contains(Fields.CONTENT_LENGTH)) {
                    response.setChunked(true);
                }
                response.writeHead();
            }
            from.handler(part -> pass(part, from));
        }
    }

    private void pass(Buffer part, HttpClientResponse from) {
        lastProgress = now();
        if (accounted) {
            return;
        }
        responseBytes += part.length();
        response.write(part);
        if (response.writeQueueFull()) {
            from.pause();
            response.drainHandler(ignored -> {
                lastProgress = now();
                from.resume();
            });
        }
    }

    private void complete(HttpClientResponse from, boolean bodiless) {
        if (accounted) {
            return;
        }
        if (!bodiless && response.isChunked()) {
            Fields.trailers(from.trailers(), response.trailers());
        }
        account(Optional.empty());
        boolean unsent = !requestSent;
        requestSent = true;
        response.end().onComplete(ended -> {
            pipeline.running().leave(this);
            if (unsent) {
                // The upstream has said all, and does not read on: what still comes has no one to go to.
                abortUpstream();
                discardBody();
            } else if (response.headers().contains("Connection", "close", true)) {
                request.connection().close();
            }
        });
    }

    private static boolean isEncodedOddly(HttpClientResponse from) {
        return from.headers().getAll(Fields.TRANSFER_ENCODING).stream()
                .anyMatch(coding -> !coding.strip().toLowerCase(Locale.ROOT).equals("chunked"));
    }

    /** The request could not be sent on. Where an answer has begun, it may be whole all the same: its own end decides. */
    private void requestFailed(Throwable failure) {
        if (!answered) {
            upstreamFailed(failure);
        }
    }

    private void upstreamFailed(Throwable failure) {
        // What an abort of ours makes the library report is no failure of the upstream's.
        if (!accounted && !upstreamAborted) {
            end(UpstreamException.reason(failure));
        }
    }

    private void clientFailed(Throwable failure) {
        if (!accounted) {
            boolean malformed = failure instanceof io.netty.handler.codec.DecoderException
                    || failure instanceof IllegalArgumentException;
            account(Optional.of(malformed ? Reason.MALFORMED_REQUEST : Reason.CLIENT_ABORTED));
            pipeline.running().leave(this);
            ClientConnection.reset(request);
        }
        abortUpstream();
    }

    /** Ends what has not ended in time for the proxy to stop. */
    void expire() {
        context.runOnContext(ignored -> {
            if (!accounted) {
                end(Reason.DRAIN_EXPIRED);
            }
            pipeline.running().leave(this);
        });
    }

    private void armSilenceTimer(long millis) {
        silenceTimer = pipeline.vertx().setTimer(Math.max(1, millis), ignored -> {
            long silent = TimeUnit.NANOSECONDS.toMillis(now() - lastProgress);
            long most = TimeUnit.SECONDS.toMillis(limits.silenceSeconds());
            if (silent < most) {
                armSilenceTimer(most - silent);
            } else if (!accounted) {
                end(requestSent || upstream == null ? Reason.UPSTREAM_TIMEOUT : Reason.CLIENT_ABORTED);
            }
        });
    }

    /** Ends the exchange without the upstream's answer, or in the middle of it. */
    private void end(Reason reason) {
        if (answered) {
            account(Optional.of(reason));
            abortUpstream();
            pipeline.running().leave(this);
            ClientConnection.reset(request);
        } else {
            refuse(reason);
        }
    }

    private void refuse(Reason reason) {
        refuse(new Deny(reason, RefusalBody.message(reason)));
    }

    private void refuse(Deny deny) {
        abortUpstream();
        if (answered) {
            end(deny.reason());
            return;
        }
        answered = true;
        byte[] body =
                RefusalBody.of(deny.reason(), deny.message(), admission.route().map(Route::name), id);
        boolean unread = !requestSent && !isBodySmall();
        response.setStatusCode(deny.reason().status());
        response.putHeader("Content-Type", "application/json");
        response.putHeader(RefusalBody.REASON_FIELD, deny.reason().code());
        deny.retryAfterSeconds().ifPresent(seconds -> response.putHeader("Retry-After", Long.toString(seconds)));
        if (unread || deny.reason() == Reason.STOPPING || deny.reason() == Reason.DRAIN_EXPIRED) {
            response.putHeader("Connection", "close");
        }
        responseBytes = isHead() ? 0 : body.length;
        account(Optional.of(deny.reason()));
        response.putHeader("Content-Length", Integer.toString(body.length));
        (isHead() ? response.end() : response.end(Buffer.buffer(body))).onComplete(ended -> {
            pipeline.running().leave(this);
            discardBody();
        });
    }

    private boolean isBodySmall() {
        OptionalLong length = admission.bodyBytes();
        return length.isPresent() && length.getAsLong() <= DISCARDED_BYTES;
    }

    /**
     * Reads what still comes, so that the client reads its answer before it meets a closed connection (RFC 9112, section
     * 9.6), for a while.
     */
    private void discardBody() {
        boolean close = response.headers().contains("Connection", "close", true);
        if (request.isEnded()) {
            if (close) {
                request.connection().close();
            }
            return;
        }
        long timer = pipeline.vertx()
                .setTimer(DISCARD_MILLIS, ignored -> request.connection().close());
        request.handler(ignored -> {});
        request.endHandler(ignored -> {
            pipeline.vertx().cancelTimer(timer);
            if (close) {
                request.connection().close();
            }
        });
        request.resume();
    }

    private void abortUpstream() {
        HttpClientRequest aborted = upstream;
        upstream = null;
        if (aborted != null) {
            upstreamAborted = true;
            aborted.reset();
        }
    }

    /** Counts and records the request, once, as what it has become. */
    private void account(Optional<Reason> reason) {
        if (accounted) {
            return;
        }
        accounted = true;
        if (silenceTimer >= 0) {
            pipeline.vertx().cancelTimer(silenceTimer);
        }
        permit.ifPresent(Permit::close);
        Optional<String> route = admission.route().map(Route::name);
        pipeline.counters().count(route, Outcome.of(reason, credential.isPresent()));
        if (reason.isPresent() && reason.get().outcome() == Reason.Outcome.DENIED) {
            pipeline.counters()
                    .remember(new LastDenied(
                            began,
                            route,
                            method(),
                            admission.origin().map(Origin::host),
                            reason.get().code()));
        }
        AuditedRequest record = record(reason, route);
        if (reserved) {
            pipeline.audit().record(began, record);
        }
        pipeline.listener().ended(record);
    }

    private AuditedRequest record(Optional<Reason> reason, Optional<String> route) {
        Optional<Reason> wouldDeny = permit.flatMap(Permit::wouldDeny);
        return new AuditedRequest(
                id,
                admission.path().isPresent() ? AuditedRequest.Form.BASE_URL : AuditedRequest.Form.UNKNOWN,
                AuditedRequest.Protocol.HTTP_1_1,
                method(),
                admission.origin().map(Origin::host),
                admission.path().map(path -> path.substring(0, Math.min(path.length(), MOST_PATH))),
                Optional.empty(),
                route,
                permit.map(Permit::rule).orElse(OptionalInt.empty()),
                decision(reason, wouldDeny),
                reason.or(() -> wouldDeny),
                credential,
                answered ? OptionalInt.of(response.getStatusCode()) : OptionalInt.empty(),
                requestBytes,
                responseBytes,
                firstByteNanos < 0 ? OptionalLong.empty() : OptionalLong.of(micros(firstByteNanos)),
                micros(now()));
    }

    private static Decision decision(Optional<Reason> reason, Optional<Reason> wouldDeny) {
        if (reason.isEmpty()) {
            return wouldDeny.isPresent() ? Decision.WOULD_DENY : Decision.ALLOWED;
        }
        return switch (reason.get().outcome()) {
            case DENIED -> Decision.DENIED;
            case FAILED -> Decision.FAILED;
        };
    }

    private boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    private String method() {
        String name = request.method().name();
        return name.substring(0, Math.min(name.length(), 32));
    }

    private long now() {
        return pipeline.nanos().getAsLong();
    }

    private long micros(long until) {
        return TimeUnit.NANOSECONDS.toMicros(Math.max(0, until - beganNanos));
    }
}
