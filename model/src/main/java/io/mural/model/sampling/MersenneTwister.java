package io.mural.model.sampling;

import java.util.Arrays;

/**
 * The Mersenne Twister MT19937 with its authors' 32-bit seeding, 32 bits a call (Matsumoto and Nishimura, "Mersenne
 * Twister: a 623-dimensionally equidistributed uniform pseudorandom number generator", 1998; seeding of 2002).
 */
public final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int MIDDLE = 397;

    private final int[] words;
    private int used;

    MersenneTwister(int seed) {
        words = new int[SIZE];
        words[0] = seed;
        for (int i = 1; i < SIZE; i++) {
            words[i] = 1812433253 * (words[i - 1] ^ words[i - 1] >>> 30) + i;
        }
        used = SIZE;
    }

    MersenneTwister(State state) {
        words = state.words();
        used = state.used();
    }

    /** The 624 words, and how many of them have been given out. */
    public record State(int[] words, int used) {
        public State {
            if (words.length != SIZE || used < 0 || used > SIZE) {
                throw new IllegalArgumentException("a state of MT19937 has " + SIZE + " words, of which 0 to " + SIZE
                        + " are used, not " + words.length + " and " + used);
            }
            words = words.clone();
        }

        @Override
        public int[] words() {
            return words.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof State that && used == that.used && Arrays.equals(words, that.words);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(words) + used;
        }
    }

    State state() {
        return new State(words, used);
    }

    int next() {
        if (used == SIZE) {
            regenerate();
        }
        int y = words[used++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void regenerate() {
        for (int i = 0; i < SIZE; i++) {
            int joined = words[i] & 0x80000000 | words[(i + 1) % SIZE] & 0x7fffffff;
            words[i] = words[(i + MIDDLE) % SIZE] ^ joined >>> 1 ^ -(joined & 1) & 0x9908b0df;
        }
        used = 0;
    }
}
