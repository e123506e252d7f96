package dev.sallyport.operator.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads resolv.conf(5). */
final class ResolverConfiguration {

    private ResolverConfiguration() {}

    /**
     * The name servers, in order.
     *
     * @throws IOException if the file cannot be read
     */
    static List<String> nameservers(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(String::strip)
                .filter(line -> line.startsWith("nameserver"))
                .map(line -> line.substring("nameserver".length()).strip())
                .map(address -> address.contains("%") ? address.substring(0, address.indexOf('%')) : address)
                .filter(address -> !address.isEmpty())
                .toList();
    }
}
