package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.AgentAccess;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.admission.Admission;
import dev.sallyport.sidecar.admission.Admission.Step;
import dev.sallyport.sidecar.admission.Entry;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.credential.Draft;
import dev.sallyport.sidecar.credential.Injection;
import dev.sallyport.sidecar.credential.Injector;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.Protocol;
import dev.sallyport.sidecar.http.RequestHead;
import dev.sallyport.sidecar.http.ResponseHead;
import dev.sallyport.sidecar.http.UpstreamStream;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.policy.Policy;
import dev.sallyport.sidecar.redact.ResponseMasking;
import dev.sallyport.sidecar.route.Route;
import dev.sallyport.sidecar.upstream.UpstreamException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, from its head to its record: admission → credential → upstream → answer. All of it runs on the client
 * connection's event loop, so nothing is locked; only conditions that read a body or a large head run elsewhere.
 *
 * <p>Both bodies are pumped at once and independently: an upstream may answer before the request has ended. Whatever ends
 * the exchange closes its account; what comes later finds it closed and does nothing.
 */
final class Exchange implements RunningRequests.Running, RequestBody.Listener, Answer.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Pipeline pipeline;
    private final ClientStream client;
    private final Account account;
    private final Silence silence;
    private final RequestBody body;
    private @Nullable Admission admission;
    private @Nullable Permit permit;
    private Optional<Snapshot> snapshot = Optional.empty();
    private Optional<byte[]> gathered = Optional.empty();
    private ResponseMasking masking = ResponseMasking.none();
    private @Nullable UpstreamStream upstream;
    private @Nullable Answer answer;
    private boolean answersItself;
    private Optional<WebSocketExchange> webSocket = Optional.empty();

    Exchange(Pipeline pipeline, ClientStream client) {
        this.pipeline = pipeline;
        this.client = client;
        this.account = new Account(pipeline, client.head());
        this.silence = new Silence(client.eventLoop(), pipeline.nanos(), this::tooSilent);
        this.body = new RequestBody(client, account, silence, pipeline.bodies(), this);
    }

    void begin() {
        guarded(() -> {
            if (arrive()) {
                admit();
            }
        });
    }

    void refuseUnreadable(Reason reason) {
        guarded(() -> {
            if (arrive()) {
                refuse(reason);
            }
        });
    }

    /** False: the request cannot be recorded, and has been refused. */
    private boolean arrive() {
        client.receive(body);
        pipeline.running().enter(this);
        boolean reserved = account.reserve();
        if (!reserved) {
            refuse(Reason.AUDIT_UNAVAILABLE);
        }
        return reserved;
    }

    private void admit() {
        snapshot = pipeline.snapshots().current();
        if (pipeline.running().isStopping()) {
            refuse(Reason.STOPPING);
        } else if (snapshot.isEmpty()) {
            refuse(Reason.CONFIG_UNAVAILABLE);
        } else {
            // The look-up and the connection have bounds of their own, but silence covers all.
            silence.start(limits().silenceSeconds());
            switch (Entry.of(
                    client.head(), client.tunnel(), snapshot.get().config().agent())) {
                case Entry.Admitted admitted -> admit(admitted.head());
                case Entry.Trust trust -> answer(trust);
                case Entry.Refused refused -> {
                    account.identified(refused.form(), refused.origin(), Optional.empty());
                    refuse(refused.deny());
                }
            }
        }
    }

    private void admit(RequestHead head) {
        Admission begun =
                new Admission(head, client.contentLength(), client.tunnel(), snapshot.orElseThrow(), pipeline.policy());
        admission = begun;
        take(begun, begun.begin());
    }

    private void answer(Entry.Trust asked) {
        account.identified(AuditedRequest.Form.BASE_URL, Optional.empty(), Optional.empty());
        account.asked(withoutToken(Optional.of(Entry.TRUST + asked.file())), Optional.empty());
        Optional<ByteBuffer> file = pipeline.trust().apply(asked.file());
        if (file.isEmpty()) {
            refuse(Reason.ROUTE_NOT_FOUND);
            return;
        }
        body.discard();
        answersItself = true;
        new OwnAnswer(client, account, silence, file.get(), () -> finish(Optional.empty())).begin();
    }

    /** The log is read by more people than may use the proxy. */
    private Optional<String> withoutToken(Optional<String> text) {
        Optional<String> token =
                snapshot.flatMap(current -> current.config().agent()).map(AgentAccess::token);
        return token.isEmpty() ? text : text.map(spelt -> spelt.replace(token.get(), "***"));
    }

    private void take(Admission from, Step step) {
        account.identified(from.form(), from.origin(), from.route().map(Route::name));
        account.asked(withoutToken(from.path()), withoutToken(from.loggedQuery()));
        switch (step) {
            case Step.Refuse refused -> refuse(refused.deny());
            case Step.Grant granted -> permitted(from, granted.permit());
            case Step.NeedsTime _ -> elsewhere(from, from::withTime);
            case Step.NeedsBody needed -> {
                body.gather(needed.mostBytes(), client.contentLength());
                if (expectsContinue() && !account.isClosed()) {
                    client.answerInterim(new ResponseHead(100, "Continue", Fields.fresh()));
                }
            }
        }
    }

    private boolean expectsContinue() {
        return client.head().fields().contains(Fields.EXPECT);
    }

    @Override
    public void gathered(byte[] whole) {
        Admission asked = admission;
        if (!account.isClosed() && asked != null) {
            gathered = Optional.of(whole);
            elsewhere(asked, () -> asked.withBody(whole));
        }
    }

    /** A condition may take long: off the event loop. */
    private void elsewhere(Admission asked, Supplier<Step> decision) {
        try {
            pipeline.workers().execute(() -> {
                Runnable then = decided(asked, decision);
                client.eventLoop().execute(() -> guarded(then));
            });
        } catch (RejectedExecutionException e) {
            noRoom();
        }
    }

    private Runnable decided(Admission asked, Supplier<Step> decision) {
        try {
            Step step = decision.get();
            return () -> {
                if (account.isClosed()) {
                    release(step);
                } else {
                    take(asked, step);
                }
            };
        } catch (RuntimeException e) {
            return () -> {
                throw e;
            };
        }
    }

    /** The client went away while it was judged. */
    private static void release(Step step) {
        if (step instanceof Step.Grant granted) {
            granted.permit().close();
        }
    }

    private void permitted(Admission from, Permit granted) {
        permit = granted;
        account.permitted(granted);
        HttpHeaders fields = Fields.forward(client.head().fields(), granted.origin());
        if (gathered.isPresent()) {
            fields.remove(Fields.EXPECT);
        }
        Draft draft = new Draft(
                client.head().method(),
                from.path().orElse("/"),
                from.query(),
                fields,
                gathered,
                String.valueOf(client.head().fields().get("content-type", "")));
        switch (Injector.inject(granted, snapshot.orElseThrow().credentials(), draft)) {
            case Injection.Refused refused -> refuse(new Deny(refused.reason(), refused.message()));
            case Injection.Done done -> open(from, granted, done);
        }
    }

    private void open(Admission from, Permit granted, Injection.Done injected) {
        masking = snapshot.orElseThrow().credentials().masking(granted.route().config());
        stream(from, granted).onComplete(opened -> {
            if (account.isClosed()) {
                if (opened.succeeded()) {
                    opened.result().abort();
                }
            } else if (opened.failed()) {
                upstreamFailed(opened.cause());
            } else {
                guarded(() -> send(opened.result(), from, injected));
            }
        });
    }

    private Future<UpstreamStream> stream(Admission from, Permit granted) {
        // gRPC has no HTTP/1.1, and over plain text nothing is negotiated.
        boolean grpc = client.head().protocol() == Protocol.HTTP_2
                && client.head().fields().get("content-type", "").startsWith("application/grpc");
        return grpc
                ? pipeline.upstreams()
                        .openWithPriorKnowledge(
                                granted.route().config(),
                                granted.origin(),
                                client.eventLoop(),
                                limits().connectSeconds())
                : pipeline.upstreams()
                        .open(
                                granted.route().config(),
                                granted.origin(),
                                client.eventLoop(),
                                from.isWebSocket(),
                                limits().connectSeconds());
    }

    private void send(UpstreamStream to, Admission from, Injection.Done injected) {
        upstream = to;
        silence.progress();
        Draft draft = injected.rewritten();
        HttpHeaders fields = draft.fields();
        if (from.isWebSocket()) {
            fields.set("Connection", "Upgrade");
            fields.set("Upgrade", "websocket");
        }
        masking.prepare(fields);
        OptionalLong length =
                draft.body().isPresent() ? OptionalLong.of(draft.body().get().length) : client.contentLength();
        if (draft.body().isPresent() && (length.getAsLong() > 0 || fields.contains(Fields.CONTENT_LENGTH))) {
            fields.set(Fields.CONTENT_LENGTH, length.getAsLong());
        }
        Answer relay = new Answer(
                client,
                to,
                account,
                silence,
                masking,
                from.isWebSocket(),
                pipeline.running().isStopping(),
                this);
        answer = relay;
        account.credentialed(injected.use());
        try {
            to.send(
                    new RequestHead(
                            to.protocol(),
                            draft.method(),
                            Optional.empty(),
                            Optional.empty(),
                            draft.path() + draft.query(),
                            fields),
                    length,
                    relay);
        } catch (IllegalArgumentException e) {
            account.credentialed(Optional.empty());
            refuse(Reason.MALFORMED_REQUEST);
            return;
        }
        if (draft.body().isPresent()) {
            body.send(draft.body().get(), to);
        } else {
            body.stream(to, from.mostBodyBytes());
        }
    }

    @Override
    public void tooLarge(long most) {
        refuse(isJudged() ? Policy.bodyTooLarge(most) : Admission.bodyTooLarge((int) most));
    }

    private boolean isJudged() {
        return permit != null;
    }

    @Override
    public void noRoom() {
        refuse(new Deny(
                Reason.TOO_MANY_CONCURRENT_REQUESTS,
                "The proxy has no memory left for bodies that rules or placeholders read; try again when others have"
                        + " ended, or send a smaller one.",
                OptionalLong.of(1)));
    }

    @Override
    public void sent() {}

    @Override
    public void upgraded(ResponseHead head) {
        UpstreamStream from = upstream;
        if (from == null || account.isClosed()) {
            return;
        }
        if (!WebSocketExchange.isAgreed(client.head().fields(), head.fields())) {
            end(Reason.UPSTREAM_PROTOCOL_ERROR);
            return;
        }
        upstream = null;
        silence.stop();
        WebSocketExchange socket = new WebSocketExchange(pipeline, this, client, account, masking);
        webSocket = Optional.of(socket);
        socket.begin(from, head, limits().silenceSeconds());
    }

    @Override
    public void answered() {
        finish(Optional.empty());
        if (!body.isSent()) {
            // The upstream has said all, and does not read on: what still comes has no one to go to.
            body.discard();
            abortUpstream();
        }
        upstream = null;
    }

    @Override
    public void unusable(Reason reason) {
        end(reason);
    }

    @Override
    public void upstreamFailed(Throwable failure) {
        if (!account.isClosed()) {
            end(UpstreamException.reason(failure));
        }
    }

    @Override
    public void clientFailed(Throwable failure) {
        if (!account.isClosed()) {
            boolean malformed = failure instanceof DecoderException || failure instanceof IllegalArgumentException;
            finish(Optional.of(malformed ? Reason.MALFORMED_REQUEST : Reason.CLIENT_ABORTED));
            client.abort();
        }
        abortUpstream();
    }

    @Override
    public void expire() {
        client.eventLoop().execute(() -> {
            if (account.isClosed()) {
                return;
            }
            webSocket.ifPresentOrElse(socket -> socket.expire(Reason.DRAIN_EXPIRED), () -> end(Reason.DRAIN_EXPIRED));
        });
    }

    private void tooSilent() {
        if (!account.isClosed()) {
            boolean clientsTurn = upstream == null
                    ? gathered.isEmpty() && permit == null
                    : !body.isSent() && upstream.isWritable() && !body.isWhole();
            boolean clientIsSlow = answersItself || (answer != null && answer.hasBegun() && !client.isWritable());
            end(clientsTurn || clientIsSlow ? Reason.CLIENT_ABORTED : Reason.UPSTREAM_TIMEOUT);
        }
    }

    /** Ends the exchange without the upstream's answer, or in the middle of it. */
    private void end(Reason reason) {
        refuse(Refusal.of(reason));
    }

    private void refuse(Reason reason) {
        refuse(Refusal.of(reason));
    }

    private void refuse(Deny deny) {
        if (account.isClosed()) {
            return;
        }
        abortUpstream();
        body.discard();
        if (answersItself || (answer != null && answer.hasBegun())) {
            finish(Optional.of(deny.reason()));
            client.abort();
        } else {
            Refusal.answer(client, account, deny);
            finish(Optional.of(deny.reason()));
        }
    }

    private void abortUpstream() {
        UpstreamStream aborted = upstream;
        upstream = null;
        if (answer != null) {
            answer.stop();
        }
        if (aborted != null) {
            aborted.abort();
        }
    }

    /** Closes the books. */
    void finish(Optional<Reason> reason) {
        account.close(reason);
        silence.stop();
        masking.close();
        pipeline.running().leave(this);
    }

    private ProxyLimits limits() {
        return snapshot.map(current -> current.config().limits()).orElse(ProxyLimits.DEFAULTS);
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
                    .addKeyValue("requestId", account.id())
                    .log("Request failed inside the proxy");
            if (!account.isClosed()) {
                end(Reason.INTERNAL_ERROR);
            }
        }
    }
}
