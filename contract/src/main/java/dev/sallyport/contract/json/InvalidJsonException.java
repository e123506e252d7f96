package dev.sallyport.contract.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.IOException;
import java.util.stream.Collectors;

/** A document that is not what its reader expects. The message is fit for a status condition: it quotes no values. */
public final class InvalidJsonException extends Exception {

    private static final long serialVersionUID = 1L;

    public InvalidJsonException(String message) {
        super(message);
    }

    /** Keeps the place and the kind of problem, and drops the cause, whose message may quote the document. */
    static InvalidJsonException from(IOException e) {
        return switch (e) {
            case JsonMappingException mapping -> new InvalidJsonException(path(mapping) + problem(mapping));
            case JsonProcessingException parse -> new InvalidJsonException("not well-formed JSON" + place(parse));
            default -> new InvalidJsonException("the document cannot be read");
        };
    }

    private static String path(JsonMappingException e) {
        String path = e.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : "." + part.getFieldName())
                .collect(Collectors.joining());
        return path.isEmpty() ? "" : path.replaceFirst("^\\.", "") + ": ";
    }

    private static String problem(JsonMappingException e) {
        return switch (e) {
            case com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException unknown -> "unknown field";
            case com.fasterxml.jackson.databind.exc.InvalidTypeIdException kind -> "unknown or missing kind";
            case com.fasterxml.jackson.databind.exc.ValueInstantiationException invalid
            when invalid.getCause() instanceof IllegalArgumentException cause -> String.valueOf(cause.getMessage());
            case com.fasterxml.jackson.databind.exc.InvalidFormatException format ->
                "not a value of " + format.getTargetType().getSimpleName();
            case com.fasterxml.jackson.databind.exc.MismatchedInputException mismatch ->
                "missing, or not of the expected type" + place(mismatch);
            default -> "cannot be read" + place(e);
        };
    }

    private static String place(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }
}
