package io.diptych.postgres;

/**
 * A column of a read model's table.
 *
 * @param field the component's name
 * @param name the column's name
 */
record Column(String field, String name, Kind kind, boolean nullable, boolean indexed) {

    String quoted() {
        return Names.quote(name);
    }

    /** A placeholder for one value of this column. */
    String parameter() {
        return "cast(? as " + kind.columnType() + ")";
    }
}
