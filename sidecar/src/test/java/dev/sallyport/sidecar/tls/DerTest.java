package dev.sallyport.sidecar.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.Time;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Held against another implementation of DER. */
class DerTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 255, 256, 65_535, 65_536, 100_000})
    void writesLengthsInTheirShortestForm(int length) throws IOException {
        assertThat(Der.octetString(new byte[length])).isEqualTo(encoded(new DEROctetString(new byte[length])));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "127", "128", "255", "256", "340282366920938463463374607431768211455"})
    void writesIntegersWithTheirSign(String number) throws IOException {
        assertThat(Der.integer(new BigInteger(number))).isEqualTo(encoded(new ASN1Integer(new BigInteger(number))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.5.29.17", "1.2.840.10045.4.3.2", "1.3.6.1.5.5.7.3.1", "2.5.127.128.16383.16384.0"})
    void writesObjectIdentifiers(String dotted) throws IOException {
        int[] arcs = java.util.Arrays.stream(dotted.split("\\.", -1))
                .mapToInt(Integer::parseInt)
                .toArray();

        assertThat(Der.objectIdentifier(arcs)).isEqualTo(encoded(new ASN1ObjectIdentifier(dotted)));
    }

    @ParameterizedTest
    @CsvSource({"2026-01-01T00:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "2126-06-30T12:00:01Z"})
    @SuppressWarnings("JavaUtilDate") // what the other implementation takes
    void writesTimesInTheFormThatTheirYearDemands(Instant instant) throws IOException {
        assertThat(Der.time(instant)).isEqualTo(encoded(new Time(Date.from(instant), Locale.ROOT)));
    }

    @Test
    void nestsElements() throws IOException {
        byte[] written = Der.sequence(
                Der.utf8String("Büro"),
                Der.explicit(3, Der.bitString(new byte[] {0x04}, 2)),
                Der.implicit(2, new byte[] {'a'}));

        assertThat(HexFormat.of().formatHex(written))
                .isEqualTo(HexFormat.of().formatHex(encoded(new DERSequence(new ASN1Encodable[] {
                    new DERUTF8String("Büro"),
                    new DERTaggedObject(true, 3, new DERBitString(new byte[] {0x04}, 2)),
                    new DERTaggedObject(false, 2, new DEROctetString(new byte[] {'a'}))
                }))));
    }

    private static byte[] encoded(ASN1Encodable value) throws IOException {
        return value.toASN1Primitive().getEncoded(ASN1Encoding.DER);
    }
}
