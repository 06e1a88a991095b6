package io.diptych.postgres;

import io.diptych.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One statement with named parameters such as {@code :since}, cut at them.
 *
 * @param pieces what stands before, between and after the parameters: one more than there are names
 * @param names in the order of the statement, each as often as it is there
 */
record NamedSql(List<String> pieces, List<String> names) {

    /**
     * What is to be told apart: literals, quoted names and comments, in which nothing means anything; casts; named
     * parameters; and the end of the statement. Lexical rules: PostgreSQL documentation, section 4.1.
     */
    private static final Pattern TOKEN = Pattern.compile(
            "(?<![\\w$])[eE]'(?:[^'\\\\]|\\\\.|'')*+'" // with escapes
                    + "|'[^']*+'"
                    + "|\"[^\"]*+\""
                    + "|(?<![\\w$])\\$((?:[A-Za-z_]\\w*)?)\\$.*?\\$\\1\\$"
                    + "|--[^\\n]*+"
                    + "|/\\*.*?\\*/"
                    + "|::"
                    + "|:(?<name>[A-Za-z_]\\w*)"
                    + "|;",
            Pattern.DOTALL);

    /** @throws ConfigurationException when there is more than one statement */
    static NamedSql parse(String query, String sql) {
        String statement = sql.strip();
        statement = statement.endsWith(";") ? statement.substring(0, statement.length() - 1) : statement;
        var pieces = new ArrayList<String>();
        var names = new ArrayList<String>();
        int from = 0;
        Matcher token = TOKEN.matcher(statement);
        while (token.find()) {
            if (token.group("name") != null) {
                pieces.add(statement.substring(from, token.start()));
                names.add(token.group("name"));
                from = token.end();
            } else if (token.group().equals(";")) {
                throw new ConfigurationException(
                        "The SQL of query [" + query + "] has a [;] before its end: give it one statement");
            }
        }
        pieces.add(statement.substring(from));
        return new NamedSql(List.copyOf(pieces), List.copyOf(names));
    }

    /** The statement with what stands for each parameter. */
    String with(Function<String, String> parameter) {
        var sql = new StringBuilder(pieces.getFirst());
        for (int i = 0; i < names.size(); i++) {
            sql.append(parameter.apply(names.get(i))).append(pieces.get(i + 1));
        }
        return sql.toString();
    }

    /** The same as the driver wants it, for which a question mark is a parameter: an operator has it twice. */
    NamedSql forDriver() {
        return new NamedSql(pieces.stream().map(NamedSql::doubled).toList(), names);
    }

    private static String doubled(String piece) {
        var sql = new StringBuilder();
        int from = 0;
        Matcher token = TOKEN.matcher(piece);
        while (token.find()) {
            sql.append(piece.substring(from, token.start()).replace("?", "??")).append(token.group());
            from = token.end();
        }
        return sql.append(piece.substring(from).replace("?", "??")).toString();
    }
}
