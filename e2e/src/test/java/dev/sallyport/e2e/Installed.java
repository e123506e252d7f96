package dev.sallyport.e2e;

import dev.sallyport.testing.ClusterExtension;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The class needs Sallyport on a cluster; its constructor takes the {@link Installation}, which all classes share. The
 * namespaces that a class made are gone before the next one starts.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(Installed.Extension.class)
@interface Installed {

    /** Installs once a test run. */
    final class Extension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

        private static final Namespace NAMESPACE = Namespace.create(Installed.class);

        @Override
        public void beforeAll(ExtensionContext context) {
            installation(context);
        }

        @Override
        public void afterAll(ExtensionContext context) {
            installation(context).deleteNamespaces();
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Installation.class;
        }

        @Override
        public Installation resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return installation(context);
        }

        private static Installation installation(ExtensionContext context) {
            return context.getRoot()
                    .getStore(NAMESPACE)
                    .computeIfAbsent(
                            Installation.class,
                            type -> new Installation(ClusterExtension.cluster(context)),
                            Installation.class);
        }
    }
}
