package dev.sallyport.contract.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.sallyport.contract.json.Require;
import java.util.List;
import java.util.Optional;

/** How the credential of a route is put into a permitted request. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = CredentialConfig.Bearer.class, name = "bearer"),
    @JsonSubTypes.Type(value = CredentialConfig.Header.class, name = "header"),
    @JsonSubTypes.Type(value = CredentialConfig.Basic.class, name = "basic"),
    @JsonSubTypes.Type(value = CredentialConfig.Query.class, name = "query"),
})
public sealed interface CredentialConfig {

    /** The Secret values that this credential is made of, without repetition. */
    @JsonIgnore
    List<SecretRef> secrets();

    /** {@code Authorization: Bearer <token>} (RFC 6750, section 2.1). */
    record Bearer(SecretRef token) implements CredentialConfig {
        public Bearer {
            Require.present(token, "token");
        }

        @Override
        public List<SecretRef> secrets() {
            return List.of(token);
        }
    }

    /**
     * A field of its own.
     *
     * @param name the field's name, a token (RFC 9110, section 5.1); none that frames or routes the message
     * @param value its value
     * @param prefix what stands before the value in the field, such as {@code "Token "}; absent: nothing
     */
    record Header(String name, SecretRef value, Optional<String> prefix) implements CredentialConfig {
        public Header {
            Require.that(FieldNames.isInjectable(Require.present(name, "name")), "name: not a field that can be set");
            Require.present(value, "value");
            prefix = Require.orElse(prefix, Optional.empty());
            Require.that(
                    prefix.isEmpty() || prefix.get().matches("[\\x21-\\x7e][\\x20-\\x7e]{0,63}"),
                    "prefix: not 1 to 64 printable ASCII characters");
        }

        @Override
        public List<SecretRef> secrets() {
            return List.of(value);
        }
    }

    /** {@code Authorization: Basic} (RFC 7617); the user name is a literal or a Secret value. */
    record Basic(Optional<String> username, Optional<SecretRef> usernameSecret, SecretRef password)
            implements CredentialConfig {
        public Basic {
            username = Require.orElse(username, Optional.empty());
            usernameSecret = Require.orElse(usernameSecret, Optional.empty());
            Require.present(password, "password");
            Require.that(
                    username.isPresent() != usernameSecret.isPresent(),
                    "username: exactly one of username, usernameSecret");
            Require.that(
                    username.isEmpty() || username.get().matches("[\\x20-\\x7e&&[^:]]{0,255}"),
                    "username: not up to 255 printable ASCII characters without a colon");
        }

        @Override
        public List<SecretRef> secrets() {
            return usernameSecret
                    .filter(ref -> !ref.equals(password))
                    .map(ref -> List.of(ref, password))
                    .orElseGet(() -> List.of(password));
        }
    }

    /** A query parameter, set in place of any of that name that the client sent. */
    record Query(String name, SecretRef value) implements CredentialConfig {
        public Query {
            Require.that(
                    Require.present(name, "name").matches("[-._~A-Za-z0-9]{1,64}"),
                    "name: not 1 to 64 unreserved characters (RFC 3986)");
            Require.present(value, "value");
        }

        @Override
        public List<SecretRef> secrets() {
            return List.of(value);
        }
    }
}
