package dev.sallyport.sidecar.policy.when;

import java.util.Set;
import java.util.TreeSet;

/** What an expression reads of a request, as far as its text tells. */
final class ExpressionReads {

    private final boolean body;
    private final boolean allMembers;
    private final Set<String> members;
    private final Set<String> names;
    private final TreeSet<String> namesInAnyCase;

    /**
     * @param body whether it reads the body
     * @param allMembers whether it reads the body otherwise than by members that it names
     * @param members the members at the body's top that it names
     * @param names every name of a member that it spells, at any depth
     */
    ExpressionReads(boolean body, boolean allMembers, Set<String> members, Set<String> names) {
        this.body = body;
        this.allMembers = allMembers;
        this.members = Set.copyOf(members);
        this.names = Set.copyOf(names);
        this.namesInAnyCase = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        namesInAnyCase.addAll(names);
    }

    boolean body() {
        return body;
    }

    boolean allMembers() {
        return allMembers;
    }

    Set<String> members() {
        return members;
    }

    /** Whether it is one of the expression's names in another case: Go's decoder, for one, takes both for the same. */
    boolean isNearMiss(String name) {
        return namesInAnyCase.contains(name) && !names.contains(name);
    }
}
