package io.diptych.example.orders.load;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Ends the reading of a file in which a quote is missing, before all the rest of it is taken for one value. */
final class BoundedReader extends FilterReader {

    private static final int LONGEST_LINE = 1024 * 1024;

    private int sinceBegin;

    BoundedReader(Reader in) {
        super(in);
    }

    /** A line begins, near enough: the one who reads from here reads ahead a little. */
    void begin() {
        sinceBegin = 0;
    }

    @Override
    public int read() throws IOException {
        count(1);
        return super.read();
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
        int read = super.read(buffer, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int characters) throws IOException {
        sinceBegin += characters;
        if (sinceBegin > LONGEST_LINE) {
            throw new IOException("it has more than " + LONGEST_LINE + " characters: is a quote missing?");
        }
    }
}
