package dev.sallyport.operator.observability;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many sandboxes there are, by the truth of their Ready condition. */
public final class SandboxGauges {

    private final Map<String, String> readyByUid = new ConcurrentHashMap<>();

    public SandboxGauges(MeterRegistry meters) {
        for (String ready : new String[] {"True", "False"}) {
            Gauge.builder("sallyport.sandboxes", this, gauges -> gauges.count(ready))
                    .tag("ready", ready)
                    .register(meters);
        }
    }

    /** Notes a sandbox's newest state. */
    public void set(String sandboxUid, boolean ready) {
        readyByUid.put(sandboxUid, ready ? "True" : "False");
    }

    /** Forgets a sandbox that is gone. */
    public void forget(String sandboxUid) {
        readyByUid.remove(sandboxUid);
    }

    private long count(String ready) {
        return readyByUid.values().stream().filter(ready::equals).count();
    }
}
