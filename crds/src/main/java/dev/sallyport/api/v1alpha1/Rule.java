package dev.sallyport.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Permits a request for which all that is set holds; at least one component is set. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "(has(self.methods) && self.methods.size() > 0) || (has(self.paths) && self.paths.size() > 0) "
                + "|| has(self.when)",
        reason = "FieldValueRequired",
        message = "a rule needs methods, paths or when; to permit every request leave rules out")
@ValidationRule(
        value = "!has(self.methods) || self.methods.all(m, m == m.upperAscii() && !(m in ['TRACE', 'CONNECT']))",
        fieldPath = ".methods",
        reason = "FieldValueInvalid",
        message = "a method is a token in upper case other than TRACE and CONNECT, which never pass: write POST")
@ValidationRule(
        value = "!has(self.paths) || self.paths.all(p, p.startsWith('/'))",
        fieldPath = ".paths",
        reason = "FieldValueInvalid",
        message = "a path starts with /: write /v1/messages")
public record Rule(
        @JsonPropertyDescription("Methods in upper case. Empty: every method. HEAD is not implied by GET.")
        @Size(max = 16) List<@Pattern(Patterns.METHOD) @Size(min = 1, max = 32) String> methods,

        @JsonPropertyDescription("Paths: * stands for one segment or a part of one, a last /** for the path before it "
                + "and all below. Compared with the normal form (RFC 3986); an encoded slash or percent sign "
                + "must be spelled. Empty: every path.")
        @Size(max = 64) List<@Pattern(Patterns.PATH_PATTERN) @Size(min = 1, max = 512) String> paths,

        @JsonPropertyDescription("A CEL expression of type bool over request (method, host, path, query, headers, "
                + "json, contentType). json reads at most limits.requestBodyBytes. "
                + "An expression that fails to evaluate is a refusal. Unset: true.")
        @Size(min = 1, max = 2048) @Nullable String when) {

    public Rule {
        methods = Absent.asEmpty(methods);
        paths = Absent.asEmpty(paths);
    }
}
