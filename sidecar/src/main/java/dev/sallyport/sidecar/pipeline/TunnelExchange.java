package dev.sallyport.sidecar.pipeline;

import dev.sallyport.contract.audit.AuditedRequest;
import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.ProxyLimits;
import dev.sallyport.sidecar.admission.Entry;
import dev.sallyport.sidecar.admission.TunnelAdmission;
import dev.sallyport.sidecar.admission.TunnelAdmission.Verdict;
import dev.sallyport.sidecar.config.Snapshot;
import dev.sallyport.sidecar.http.BodyHandler;
import dev.sallyport.sidecar.http.ClientStream;
import dev.sallyport.sidecar.http.ClientStream.ClientHello;
import dev.sallyport.sidecar.policy.Decision.Deny;
import dev.sallyport.sidecar.policy.Permit;
import dev.sallyport.sidecar.route.Origin;
import dev.sallyport.sidecar.upstream.UpstreamException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A client's CONNECT. Where the proxy serves the inside itself, the requests inside are exchanges of their own and this
 * has no record; a refused tunnel and one that is passed through have one each.
 */
final class TunnelExchange implements RunningRequests.Running, BodyHandler, ByteRelay.Listener {

    private final Pipeline pipeline;
    private final ClientStream client;
    private final Account account;
    private final Silence silence;
    private @Nullable Channel upstream;
    private @Nullable ByteRelay relay;
    private boolean established;

    TunnelExchange(Pipeline pipeline, ClientStream client) {
        this.pipeline = pipeline;
        this.client = client;
        this.account = new Account(pipeline, client.head());
        this.silence = new Silence(client.eventLoop(), pipeline.nanos(), () -> end(Reason.UPSTREAM_TIMEOUT));
    }

    void begin() {
        client.receive(this);
        pipeline.running().enter(this);
        account.identified(AuditedRequest.Form.TUNNEL, Optional.empty(), Optional.empty());
        Optional<Snapshot> snapshot = pipeline.snapshots().current();
        if (pipeline.running().isStopping()) {
            refuse(Refusal.of(Reason.STOPPING));
        } else if (snapshot.isEmpty()) {
            refuse(Refusal.of(Reason.CONFIG_UNAVAILABLE));
        } else if (client.tunnel().isPresent()) {
            refuse(Refusal.of(Reason.METHOD_NOT_ALLOWED));
        } else if (Entry.of(
                        client.head(), client.tunnel(), snapshot.get().config().agent())
                instanceof Entry.Refused refused) {
            account.identified(refused.form(), refused.origin(), Optional.empty());
            refuse(refused.deny());
        } else {
            decided(TunnelAdmission.decide(client.head(), snapshot.get(), pipeline.policy()), snapshot.get());
        }
    }

    private void decided(Verdict verdict, Snapshot snapshot) {
        switch (verdict) {
            case Verdict.Refuse refused -> {
                account.identified(AuditedRequest.Form.TUNNEL, refused.origin(), Optional.empty());
                refuse(refused.deny());
            }
            case Verdict.Intercept inside -> intercept(inside);
            case Verdict.Passthrough passed ->
                pass(passed.permit(), snapshot.config().limits());
        }
    }

    private void intercept(Verdict.Intercept inside) {
        if (!client.canUpgrade()) {
            refuse(Refusal.of(Reason.UPGRADE_NOT_ALLOWED));
            return;
        }
        // The requests inside have records; this has none.
        pipeline.running().leave(this);
        client.intercept(inside.host(), inside.port(), cause -> mismatched(inside));
    }

    private void mismatched(Verdict.Intercept inside) {
        account.identified(
                AuditedRequest.Form.TUNNEL,
                Optional.of(new Origin(dev.sallyport.contract.config.Scheme.HTTPS, inside.host(), inside.port())),
                Optional.empty());
        account.answered(200);
        boolean _ = account.reserve();
        account.close(Optional.of(Reason.AUTHORITY_MISMATCH));
    }

    private void pass(Permit permit, ProxyLimits limits) {
        account.permitted(permit);
        account.identified(
                AuditedRequest.Form.TUNNEL,
                Optional.of(permit.origin()),
                Optional.of(permit.route().name()));
        if (!client.canUpgrade()) {
            refuse(Refusal.of(Reason.UPGRADE_NOT_ALLOWED));
            return;
        }
        if (!account.reserve()) {
            refuse(Refusal.of(Reason.AUDIT_UNAVAILABLE));
            return;
        }
        silence.start(limits.silenceSeconds());
        pipeline.upstreams()
                .connect(permit.route().config(), permit.origin(), client.eventLoop(), limits.connectSeconds())
                .onComplete(connected -> {
                    if (account.isClosed()) {
                        if (connected.succeeded()) {
                            var _ = connected.result().close();
                        }
                    } else if (connected.failed()) {
                        end(UpstreamException.reason(connected.cause()));
                    } else {
                        connected(connected.result(), permit.origin());
                    }
                });
    }

    private void connected(Channel to, Origin origin) {
        upstream = to;
        established = true;
        account.answered(200);
        client.tunnelled().onComplete(hello -> {
            if (account.isClosed()) {
                if (hello.succeeded()) {
                    var _ = hello.result().connection().close();
                }
            } else if (hello.failed()) {
                end(Reason.MALFORMED_REQUEST);
            } else {
                join(hello.result(), to, origin);
            }
        });
    }

    private void join(ClientHello hello, Channel to, Origin origin) {
        if (!hello.serverName().equals(Optional.of(origin.host()))) {
            var _ = hello.connection().close();
            end(Reason.AUTHORITY_MISMATCH);
            return;
        }
        relay = new ByteRelay(
                hello.connection(),
                to,
                this::toUpstream,
                this::toClient,
                true,
                UnaryOperator.identity(),
                UnaryOperator.identity(),
                this);
        relay.start();
    }

    private void toUpstream(int bytes) {
        silence.progress();
        account.received(bytes);
    }

    private void toClient(int bytes) {
        if (bytes > 0) {
            account.firstByteOnce();
        }
        silence.progress();
        account.sent(bytes);
    }

    @Override
    public void ended() {
        finish(Optional.empty());
    }

    /** TLS inside says itself whether it was whole. */
    @Override
    public void closed(ByteRelay.Side by) {
        finish(Optional.empty());
    }

    @Override
    public void broken(ByteRelay.Side by, Throwable cause) {
        finish(Optional.of(
                switch (by) {
                    case CLIENT -> Reason.CLIENT_ABORTED;
                    case UPSTREAM -> Reason.UPSTREAM_RESET;
                }));
    }

    @Override
    public void expire() {
        client.eventLoop().execute(() -> end(Reason.DRAIN_EXPIRED));
    }

    private void end(Reason reason) {
        if (account.isClosed()) {
            return;
        }
        if (!established) {
            refuse(Refusal.of(reason));
            return;
        }
        if (relay != null) {
            relay.close();
        } else {
            client.abort();
        }
        finish(Optional.of(reason));
    }

    private void refuse(Deny deny) {
        // A refusal is counted in any case, and has its line if there is room.
        boolean _ = account.isReserved() || account.reserve();
        Refusal.answer(client, account, deny);
        finish(Optional.of(deny.reason()));
    }

    private void finish(Optional<Reason> reason) {
        account.close(reason);
        silence.stop();
        if (upstream != null && relay == null) {
            var _ = upstream.close();
        }
        pipeline.running().leave(this);
    }

    @Override
    public void data(ByteBuf data) {
        // A CONNECT has no body (RFC 9110, section 9.3.6).
        data.release();
    }

    @Override
    public void readComplete() {}

    @Override
    public void end(HttpHeaders trailers) {}

    @Override
    public void failed(Throwable cause) {
        if (!account.isClosed()) {
            finish(Optional.of(Reason.CLIENT_ABORTED));
            client.abort();
        }
    }
}
