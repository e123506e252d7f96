package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** Bounds on requests, of one route or of all together; a null is no bound. At least one is set. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "has(self.requestsPerMinute) || has(self.concurrentRequests) || has(self.requestBodyBytes)",
        reason = "FieldValueRequired",
        message = "limits needs requestsPerMinute, concurrentRequests or requestBodyBytes; "
                + "without any leave limits out")
@ValidationRule(
        value = "!has(self.requestBodyBytes) || (isQuantity(string(self.requestBodyBytes)) && "
                + "quantity(string(self.requestBodyBytes)).isInteger() && "
                + "quantity(string(self.requestBodyBytes)).compareTo(quantity('0')) >= 0 && "
                + "quantity(string(self.requestBodyBytes)).compareTo(quantity('1Ti')) <= 0)",
        fieldPath = ".requestBodyBytes",
        reason = "FieldValueInvalid",
        message = "requestBodyBytes is a whole number of bytes from 0 to 1Ti: write 32Mi")
public record Limits(
        @JsonPropertyDescription("Requests a minute: a token bucket of this capacity, refilled evenly. "
                + "More are answered with 429 and Retry-After.")
        @Min(1) @Max(1_000_000) @Nullable Long requestsPerMinute,

        @JsonPropertyDescription("Requests under way at a time. More are answered with 429 at once.")
        @Min(1) @Max(10_000) @Nullable Long concurrentRequests,

        @JsonPropertyDescription("The largest request body, in bytes: 32Mi. A larger one is answered with 413. "
                + "It also bounds what a rule or a placeholder may read; where it is unset "
                + "bodies are streamed without a bound and rules read at most 32Mi.")
        @Nullable Quantity requestBodyBytes) {}
