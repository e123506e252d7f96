package dev.sallyport.operator.resolve;

import dev.sallyport.contract.config.AllowedHosts;
import dev.sallyport.operator.model.Names;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells whether the Secrets of a namespace must name the hosts that may get them. */
@FunctionalInterface
public interface AllowedHostsRule {

    AllowedHosts in(String namespace);

    /**
     * What a namespace's annotations say. Whatever is neither {@code true} nor {@code false} was meant to be something, and
     * is taken for {@code true}.
     *
     * @param annotations the namespace's; null: it has none
     */
    static AllowedHosts of(@Nullable Map<String, String> annotations) {
        String text = annotations == null ? null : annotations.get(Names.REQUIRE_ALLOWED_HOSTS);
        return text == null || text.equals("false") ? AllowedHosts.OPTIONAL : AllowedHosts.REQUIRED;
    }
}
