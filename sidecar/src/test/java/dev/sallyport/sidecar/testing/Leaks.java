package dev.sallyport.sidecar.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Every secret that a test ever gave a proxy, and whether anything that a proxy ever wrote shows one. */
public final class Leaks {

    private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();
    private static final StringBuilder LOGS = new StringBuilder();

    static {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Recording recording = new Recording();
        recording.setContext(context);
        recording.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(recording);
    }

    private Leaks() {}

    /** Looks for it from now on, also in what later tests write. */
    public static void lookFor(String secret) {
        String value = secret.strip();
        if (value.length() >= 4) {
            SECRETS.add(value);
            SECRETS.add(Base64.getEncoder().withoutPadding().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Fails if one is in the text, or in what was logged in this JVM. */
    public static void check(String where, String text) {
        for (String secret : SECRETS) {
            assertThat(text.contains(secret)).as("a secret in " + where).isFalse();
            synchronized (LOGS) {
                assertThat(LOGS.indexOf(secret)).as("a secret in the logs").isNegative();
            }
        }
    }

    /** Fails if one is in a file below the directory. */
    public static void checkFiles(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            check(file.getFileName().toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        }
    }

    private static final class Recording extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLoggerName().startsWith("dev.sallyport")
                    || event.getLoggerName().startsWith("io.")) {
                synchronized (LOGS) {
                    LOGS.append(event.getFormattedMessage()).append(event.getKeyValuePairs());
                    if (event.getThrowableProxy() != null) {
                        LOGS.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
                    }
                }
            }
        }
    }
}
