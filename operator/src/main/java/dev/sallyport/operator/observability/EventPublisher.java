package dev.sallyport.operator.observability;

import dev.sallyport.api.v1alpha1.AgentSandbox;
import dev.sallyport.operator.model.Happening;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events (events.k8s.io/v1) and log lines. An Event that cannot be written is only logged: nothing depends on it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/">Event v1</a>
 */
public final class EventPublisher {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    private static final String CONTROLLER = "sallyport.dev/operator";

    /** The API's own bounds. */
    private static final int LONGEST_NOTE = 1024;

    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String instance;
    private final Clock clock;
    private final MeterRegistry meters;

    /**
     * A publisher.
     *
     * @param instance which replica, at most 128 characters
     */
    public EventPublisher(KubernetesClient client, String instance, Clock clock, MeterRegistry meters) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
        this.meters = meters;
    }

    /** Tells that something happened to a sandbox. */
    public void publish(AgentSandbox sandbox, Happening happening) {
        String namespace = sandbox.getMetadata().getNamespace();
        String name = sandbox.getMetadata().getName();
        log.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("sandbox", name)
                .addKeyValue("reason", happening.reason())
                .addKeyValue("note", happening.note())
                .log("sandbox event");
        Counter.builder("sallyport.events")
                .tag("reason", happening.reason())
                .register(meters)
                .increment();
        try {
            client.resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withGenerateName(name + "-")
                            .endMetadata()
                            .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                            .withType(happening.warning() ? "Warning" : "Normal")
                            .withReason(happening.reason())
                            .withAction(happening.action())
                            .withNote(cut(happening.note()))
                            .withReportingController(CONTROLLER)
                            .withReportingInstance(instance)
                            .withNewRegarding()
                            .withApiVersion(HasMetadata.getApiVersion(AgentSandbox.class))
                            .withKind(HasMetadata.getKind(AgentSandbox.class))
                            .withNamespace(namespace)
                            .withName(name)
                            .withUid(sandbox.getMetadata().getUid())
                            .endRegarding()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            log.atWarn()
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("sandbox", name)
                    .addKeyValue("reason", happening.reason())
                    .setCause(e)
                    .log("event not written");
        }
    }

    private static String cut(String note) {
        return note.length() <= LONGEST_NOTE ? note : note.substring(0, LONGEST_NOTE - 1) + "…";
    }
}
