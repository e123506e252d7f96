package dev.sallyport.e2e;

import io.fabric8.kubernetes.client.utils.Serialization;
import org.awaitility.core.ConditionEvaluationListener;
import org.awaitility.core.EvaluatedCondition;
import org.awaitility.core.TimeoutEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells, when a wait runs out, what the sandbox's status was: what a user would look at first. */
final class LastStatus implements ConditionEvaluationListener<Object> {

    private static final Logger LOG = LoggerFactory.getLogger(LastStatus.class);

    private final Sandbox sandbox;

    LastStatus(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    @Override
    public void conditionEvaluated(EvaluatedCondition<Object> condition) {}

    @Override
    public void onTimeout(TimeoutEvent event) {
        LOG.atError()
                .addKeyValue("waitedFor", event.getDescription())
                .addKeyValue("status", Serialization.asYaml(sandbox.get().getStatus()))
                .log("The status did not come");
    }
}
