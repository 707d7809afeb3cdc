package io.mural.bench.synthetic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary of byte pairs of a wanted size: all bytes, then words of Latin letters, shorter ones first, each joined
 * from the word without its last letter and that letter.
 *
 * @param ids of all tokens
 * @param merges two tokens with a space between them each
 */
record BytePairVocabulary(Map<String, Integer> ids, List<String> merges) {
    private static final int BYTES = 256;
    private static final int FIRST_STAND_IN = 256;
    private static final String SPACE = byteSpelling(' ');

    /** As CLIP's: the last token of a word ends in {@code </w>}. */
    static BytePairVocabulary withWordEnds(int tokens) {
        var vocabulary = bytes("", "</w>");
        vocabulary.addWords(tokens, List.of(""), List.of("", "</w>"));
        return vocabulary;
    }

    /** As Qwen's: the first token of a word begins with a space. */
    static BytePairVocabulary withSpaces(int tokens) {
        var vocabulary = bytes("");
        vocabulary.addWords(tokens, List.of("", SPACE), List.of(""));
        return vocabulary;
    }

    /** Adds a token that no merge leads to. */
    void addSpecial(String token) {
        ids.put(token, ids.size());
    }

    private static BytePairVocabulary bytes(String... ends) {
        var ids = new LinkedHashMap<String, Integer>();
        for (var end : ends) {
            for (int b = 0; b < BYTES; b++) {
                ids.put(byteSpelling(b) + end, ids.size());
            }
        }
        return new BytePairVocabulary(ids, new ArrayList<>());
    }

    /** GPT-2's: a printable character stands for itself, the others for those from 256 on. */
    private static String byteSpelling(int wanted) {
        int standIn = FIRST_STAND_IN;
        for (int b = 0; b < wanted; b++) {
            standIn += printable(b) ? 0 : 1;
        }
        return Character.toString(printable(wanted) ? wanted : standIn);
    }

    private static boolean printable(int b) {
        return b >= '!' && b <= '~' || b >= '¡' && b <= '¬' || b >= '®' && b <= 'ÿ';
    }

    private void addWords(int tokens, List<String> beginnings, List<String> ends) {
        for (int letters = 1; ids.size() < tokens; letters++) {
            for (var word : Words.ofLength(letters)) {
                for (var beginning : beginnings) {
                    for (var end : ends) {
                        if (ids.size() < tokens) {
                            join(beginning + word, end);
                        }
                    }
                }
            }
        }
    }

    private void join(String word, String end) {
        int last = word.length() - 1;
        if (last > 0 && !ids.containsKey(word + end)) {
            merges.add(word.substring(0, last) + " " + word.substring(last) + end);
            ids.put(word + end, ids.size());
        }
    }
}
