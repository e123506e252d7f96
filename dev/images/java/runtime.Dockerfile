# The Java runtime of all of Sallyport's images: Debian's OpenJDK 25, cut down to the modules that they use.
FROM debian:trixie-slim AS jdk
# The package wants to link its manual pages, for which a slim image has no directory.
RUN mkdir -p /usr/share/man/man1 \
    && apt-get update && apt-get install -y --no-install-recommends openjdk-25-jdk-headless binutils ca-certificates
# The class data archive is for the run that trains an application's own cache, which must be one of this very runtime.
# Modules: what jdeps says of the images' jars, without java.desktop, whose annotations Jackson reads if they are there.
# Debian's debug symbols would weigh five times what all else does; jlink sets them aside, and they go.
RUN jlink --output /opt/java \
      --add-modules java.base,java.compiler,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.httpserver,jdk.jfr,jdk.management,jdk.net,jdk.unsupported \
      --strip-native-debug-symbols=exclude-debuginfo-files --no-header-files --no-man-pages --generate-cds-archive \
    && find /opt/java -name '*.debuginfo' -delete \
    && cp -L --remove-destination /etc/ssl/certs/java/cacerts /opt/java/lib/security/cacerts

FROM debian:trixie-slim
COPY --from=jdk /opt/java /opt/java
COPY --from=jdk /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV JAVA_HOME=/opt/java
