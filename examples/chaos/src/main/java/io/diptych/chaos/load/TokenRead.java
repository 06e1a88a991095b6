package io.diptych.chaos.load;

/**
 * A query with the token of a write that was answered with a row.
 *
 * @param written the version that the write made
 * @param read the version of the row that came back; 0 when there was none
 */
public record TokenRead(String readModel, String key, String token, long written, long read) {}
