package dev.sallyport.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program tells of its turns with a model: one that asked for a tool, and one that was told what the tool said.
 *
 * @param times when the pieces of the last turn's text came, in seconds since the epoch; empty where the program tells of whole
 *     texts only
 * @param asked the text of the first; empty where there was but one turn
 * @param input what the tool was given; null where there was none
 * @param told the text of the last
 */
record Turns(List<Double> times, String asked, @Nullable JsonNode input, String told) {}
