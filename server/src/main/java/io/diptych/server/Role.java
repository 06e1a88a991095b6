package io.diptych.server;

import io.diptych.ConfigurationException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a node does. One process may have all roles, or any of them. */
public enum Role {
    /** Takes commands and queries over HTTP. */
    GATEWAY,
    /** Owns aggregates: decides on commands. */
    COMMAND,
    /** Keeps read models current. */
    PROJECTION;

    /**
     * Reads a list such as {@code gateway,command}.
     *
     * @throws ConfigurationException naming the word that is no role
     */
    public static Set<Role> parse(String text) {
        var roles = EnumSet.noneOf(Role.class);
        for (String word : text.split(",", -1)) {
            roles.add(Arrays.stream(values())
                    .filter(role -> role.toString().equalsIgnoreCase(word.strip()))
                    .findFirst()
                    .orElseThrow(() -> new ConfigurationException(
                            "There is no role [" + word.strip() + "]: choose from gateway, command, projection")));
        }
        return roles;
    }

    /** As it is written in settings. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
