package dev.sallyport.api.v1alpha1;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/** What the audit log shows of a route's requests. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RouteAudit(
        @JsonPropertyDescription("Names logs the names of a query's parameters. Values logs their values too, "
                + "which may hold personal data; an injected credential is left out in both.")
        @Default("Names")
        QueryLogging query) {

    public RouteAudit {
        query = requireNonNullElse(query, QueryLogging.Names);
    }
}
