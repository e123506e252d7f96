package dev.sallyport.sidecar.upstream;

import dev.sallyport.contract.audit.Reason;
import dev.sallyport.contract.config.RouteConfig;
import dev.sallyport.contract.config.Scheme;
import dev.sallyport.sidecar.route.Origin;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.X509TrustManager;

/**
 * Opens requests to upstreams. The name is resolved and its addresses are judged here, and the connection goes to a judged
 * address, so that no second look-up can give another answer; TLS and the Host field are for the name.
 */
public final class Upstreams implements AutoCloseable {

    private static final int MOST_ADDRESSES_TRIED = 4;
    private static final int MOST_CONNECTIONS_PER_ADDRESS = 4096;
    private static final int HEAD_BYTES = 256 * 1024;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private final Vertx vertx;
    private final Resolver resolver;
    private final AddressPolicy addresses;
    private final Map<Optional<String>, HttpClientAgent> clients = new ConcurrentHashMap<>();

    public Upstreams(Vertx vertx, Resolver resolver, AddressPolicy addresses) {
        this.vertx = vertx;
        this.resolver = resolver;
        this.addresses = addresses;
    }

    /**
     * Makes ready for the routes of a configuration: their trust is read, and connections that no route uses any more end
     * as soon as their last request has.
     *
     * @throws GeneralSecurityException if a route's certificates cannot be read; its message names the route
     */
    public void prepare(Collection<RouteConfig> routes) throws GeneralSecurityException {
        for (RouteConfig route : routes) {
            if (!clients.containsKey(route.trustedCertificates())) {
                try {
                    HttpClientAgent client = client(TrustStores.trust(route.trustedCertificates()));
                    clients.put(route.trustedCertificates(), client);
                } catch (GeneralSecurityException e) {
                    throw new GeneralSecurityException(
                            "routes: " + route.name() + ": trustedCertificates: not PEM certificates");
                }
            }
        }
    }

    /** Lets connections end that only routes of an earlier configuration used. */
    public void retain(Collection<RouteConfig> routes) {
        Set<Optional<String>> used =
                routes.stream().map(RouteConfig::trustedCertificates).collect(Collectors.toSet());
        clients.forEach((trust, client) -> {
            if (!used.contains(trust) && clients.remove(trust, client)) {
                client.shutdown(1, TimeUnit.HOURS);
            }
        });
    }

    /**
     * Opens a request that nothing has been sent of.
     *
     * @param target in origin form, as it is to be sent
     * @return the request on a connection to a judged address; fails with {@link UpstreamException}
     */
    public Future<HttpClientRequest> open(
            RouteConfig route, Origin origin, HttpMethod method, String target, int connectSeconds) {
        return resolver.resolve(origin.host())
                .recover(e -> Future.failedFuture(new UpstreamException(Reason.NAME_NOT_RESOLVED)))
                .compose(found -> {
                    for (InetAddress address : found) {
                        if (!addresses.permits(address, route.addresses())) {
                            return Future.failedFuture(new UpstreamException(Reason.ADDRESS_NOT_ALLOWED));
                        }
                    }
                    RequestOptions options = new RequestOptions()
                            .setMethod(method)
                            .setURI(target)
                            .setHost(unbracketed(origin.host()))
                            .setPort(origin.port())
                            .setSsl(origin.scheme() == Scheme.HTTPS)
                            .setConnectTimeout(TimeUnit.SECONDS.toMillis(connectSeconds));
                    return open(route, options, found, 0);
                });
    }

    private Future<HttpClientRequest> open(
            RouteConfig route, RequestOptions options, List<InetAddress> found, int attempt) {
        HttpClientAgent client = clients.get(route.trustedCertificates());
        if (client == null) {
            return Future.failedFuture(new UpstreamException(Reason.UPSTREAM_UNREACHABLE));
        }
        InetSocketAddress address = new InetSocketAddress(found.get(attempt), options.getPort());
        return client.request(new RequestOptions(options).setServer(SocketAddress.inetSocketAddress(address)))
                .recover(failure -> {
                    UpstreamException e = new UpstreamException(UpstreamException.reason(failure));
                    int next = attempt + 1;
                    return e.isBeforeSending() && next < Math.min(found.size(), MOST_ADDRESSES_TRIED)
                            ? open(route, options, found, next)
                            : Future.failedFuture(e);
                });
    }

    private HttpClientAgent client(X509TrustManager trust) {
        HttpClientOptions options = new HttpClientOptions()
                .setTrustOptions(TrustOptions.wrap(trust))
                .setVerifyHost(true)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setDecompressionSupported(false)
                .setMaxInitialLineLength(HEAD_BYTES)
                .setMaxHeaderSize(HEAD_BYTES)
                .setTcpNoDelay(true);
        PoolOptions pool = new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS_PER_ADDRESS);
        return vertx.httpClientBuilder()
                .with(options)
                .with(pool)
                .withConnectHandler(InterimResponses::filter)
                .build();
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClientAgent::close);
        resolver.close();
    }
}
