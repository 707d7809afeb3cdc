package io.mural.bench.synthetic;

import java.util.ArrayList;
import java.util.List;

/** All words of Latin letters. */
final class Words {
    private static final int LETTERS = 26;

    private Words() {}

    /** In alphabetical order. */
    static List<String> ofLength(int letters) {
        List<String> words = List.of("");
        for (int i = 0; i < letters; i++) {
            var longer = new ArrayList<String>(words.size() * LETTERS);
            for (var word : words) {
                for (char letter = 'a'; letter <= 'z'; letter++) {
                    longer.add(word + letter);
                }
            }
            words = longer;
        }
        return words;
    }
}
