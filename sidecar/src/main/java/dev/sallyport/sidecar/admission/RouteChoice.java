package dev.sallyport.sidecar.admission;

import dev.sallyport.contract.config.PlaceholderConfig.Place;
import dev.sallyport.sidecar.credential.Placeholders.Found;
import dev.sallyport.sidecar.route.Route;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which of the routes to a host a request is for: the first whose placeholder it carries, else the first that has none. A
 * placeholder in the head that is not this route's, or not where it may be, makes the request an alarm, whatever else it
 * is.
 *
 * <p>Bodies are another matter: an agent's transcripts quote its environment, and sending one to a model is no misuse. A
 * body is looked at only for the placeholders of routes that take theirs from there.
 */
sealed interface RouteChoice {

    /** The route for the record; empty: there is none. */
    Optional<Route> route();

    /** No route. */
    enum None implements RouteChoice {
        FOUND;

        @Override
        public Optional<Route> route() {
            return Optional.empty();
        }
    }

    /** This one. */
    record Chosen(Route found) implements RouteChoice {

        @Override
        public Optional<Route> route() {
            return Optional.of(found);
        }
    }

    /** It carries a placeholder where that does not belong. */
    record Misused(Optional<Route> route) implements RouteChoice {}

    /** It should carry this route's placeholder, and doesn't. */
    record Missing(Route asking) implements RouteChoice {

        @Override
        public Optional<Route> route() {
            return Optional.of(asking);
        }
    }

    /**
     * The body may say.
     *
     * @param routes whose placeholder may be there, at least one
     * @param otherwise what it comes to if none is there
     */
    record InBody(List<Route> routes, RouteChoice otherwise) implements RouteChoice {

        @Override
        public Optional<Route> route() {
            return Optional.of(routes.getFirst());
        }

        /** Every route that it may come to. */
        List<Route> possible() {
            return Stream.concat(routes.stream(), otherwise.route().stream()).toList();
        }

        RouteChoice after(List<Found> inBody) {
            return routes.stream()
                    .filter(route -> inBody.stream().anyMatch(found -> owns(route, found)))
                    .findFirst()
                    .<RouteChoice>map(Chosen::new)
                    .orElse(otherwise);
        }
    }

    /**
     * Chooses.
     *
     * @param candidates the routes that lead there, in their order
     * @param carried the placeholders in the request's head
     * @param bodyMayCarry whether it has a body in which a placeholder would be seen
     */
    static RouteChoice among(List<Route> candidates, List<Found> carried, boolean bodyMayCarry) {
        if (!carried.isEmpty()) {
            return byPlaceholder(candidates, carried);
        }
        Optional<Route> open = candidates.stream()
                .filter(route -> route.config().placeholder().isEmpty())
                .findFirst();
        RouteChoice otherwise = open.<RouteChoice>map(Chosen::new)
                .or(() -> candidates.stream().findFirst().map(Missing::new))
                .orElse(None.FOUND);
        List<Route> fromBody =
                candidates.stream().filter(route -> takes(route, Place.BODY)).toList();
        return bodyMayCarry && !fromBody.isEmpty() ? new InBody(fromBody, otherwise) : otherwise;
    }

    private static RouteChoice byPlaceholder(List<Route> candidates, List<Found> carried) {
        Optional<Route> owner = candidates.stream()
                .filter(route -> carried.stream().anyMatch(found -> owns(route, found)))
                .findFirst();
        return owner.filter(route -> carried.stream().allMatch(found -> owns(route, found)))
                .<RouteChoice>map(Chosen::new)
                .orElseGet(() -> new Misused(owner.or(() -> candidates.stream().findFirst())));
    }

    /** Whether this is the route's placeholder, in a place where it may be. */
    private static boolean owns(Route route, Found found) {
        return takes(route, found.place())
                && route.config().placeholder().orElseThrow().token().equals(found.token());
    }

    private static boolean takes(Route route, Place place) {
        return route.config()
                .placeholder()
                .filter(placeholder -> placeholder.in().contains(place))
                .isPresent();
    }
}
