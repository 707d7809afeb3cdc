package io.mural.model.token;

import io.mural.tensor.InputException;
import io.mural.weights.text.Json;
import io.mural.weights.text.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/**
 * Byte-pair encoding over bytes (Sennrich et al., "Neural machine translation of rare words with subword units", 2016):
 * a word begins as its UTF-8 bytes, and the adjacent pair that was learned first is joined until no learned pair is
 * left. Bytes are spelled with printable characters as in GPT-2; in CLIP's vocabulary the last token of a word ends in
 * {@code </w>}. The time is that of sorting, n log n for a word of n bytes.
 */
final class BytePairs {
    static final String WORD_END = "</w>";
    private static final int MAX_VOCABULARY = 1 << 20;

    private final Map<String, Integer> vocabulary;
    private final String vocabularyName;
    private final String[] spelling;
    private final int[] byteIds = new int[256];
    private final int[] lastByteIds = new int[256];

    /** Rank of a pair of ids; the lower was learned earlier. */
    private final Map<Long, Integer> ranks = new HashMap<>();

    /** What the pair of a rank becomes. */
    private int[] joined = {};

    /** @param wordEnd what the spelling of a word's last token ends in, possibly empty */
    private BytePairs(JsonObject json, int unknown, String wordEnd) {
        vocabulary = json.integerMap();
        vocabularyName = Path.of(json.source()).getFileName().toString();
        spelling = spelling(json, vocabulary);
        var alphabet = alphabet();
        for (int b = 0; b < 256; b++) {
            byteIds[b] = vocabulary.getOrDefault(alphabet[b], unknown);
            lastByteIds[b] = vocabulary.getOrDefault(alphabet[b] + wordEnd, unknown);
        }
    }

    /** Reads {@code vocab.json} and {@code merges.txt} of a tokenizer with word ends and a token for unknown text. */
    static BytePairs load(Path folder, String unknownToken) {
        var mergesFile = folder.resolve("merges.txt");
        return withWordEnds(
                Json.read(folder.resolve("vocab.json")), unknownToken, mergesFile.toString(), () -> lines(mergesFile));
    }

    /**
     * A tokenizer with word ends and a token for unknown text.
     *
     * @param mergesSource where the merges come from, for errors
     * @param merges two tokens with a space between them each, the first learned first
     */
    static BytePairs withWordEnds(
            JsonObject json, String unknownToken, String mergesSource, Supplier<List<String>> merges) {
        Integer unknown = json.integerMap().get(unknownToken);
        if (unknown == null) {
            throw json.error(unknownToken, "is missing: the vocabulary has no token for unknown text");
        }
        var pairs = new BytePairs(json, unknown, WORD_END);
        pairs.addMerges(mergesSource, merges.get());
        return pairs;
    }

    /** Reads {@code vocab.json} and {@code merges.txt} of a tokenizer whose vocabulary holds every byte. */
    static BytePairs loadByteLevel(Path folder) {
        var mergesFile = folder.resolve("merges.txt");
        return byteLevel(Json.read(folder.resolve("vocab.json")), mergesFile.toString(), lines(mergesFile));
    }

    /**
     * A tokenizer whose vocabulary holds every byte.
     *
     * @param mergesSource where the merges come from, for errors
     * @param merges two tokens with a space between them each, the first learned first
     */
    static BytePairs byteLevel(JsonObject json, String mergesSource, List<String> merges) {
        var vocabulary = json.integerMap();
        for (var spelled : alphabet()) {
            if (!vocabulary.containsKey(spelled)) {
                throw json.error(spelled, "is missing: the vocabulary has to hold every byte");
            }
        }
        var pairs = new BytePairs(json, -1, "");
        pairs.addMerges(mergesSource, merges);
        return pairs;
    }

    /** The merges of a {@code tokenizer.json}: written as {@code "a b"} or, newer, as {@code ["a", "b"]}. */
    static List<String> merges(JsonObject model) {
        if (!(model.asMap().get("merges") instanceof List<?> list)) {
            throw model.error("merges", "is no list of pairs");
        }
        List<String> merges = new ArrayList<>(list.size());
        for (Object item : list) {
            switch (item) {
                case String line -> merges.add(line);
                case List<?> two when two.size() == 2 -> merges.add(two.getFirst() + " " + two.getLast());
                case null, default -> throw model.error("merges", "holds " + item + ", expected two tokens");
            }
        }
        return merges;
    }

    private static List<String> lines(Path mergesFile) {
        return Texts.readText(mergesFile).lines().toList();
    }

    private void addMerges(String source, List<String> merges) {
        joined = new int[merges.size()];
        for (int i = 0; i < merges.size(); i++) {
            if (!merges.get(i).startsWith("#version") && !merges.get(i).isBlank()) {
                addMerge(source, i, merges.get(i));
            }
        }
    }

    private static String[] spelling(JsonObject json, Map<String, Integer> vocabulary) {
        var spelling = new String[Math.min(MAX_VOCABULARY, 2 * vocabulary.size() + 1024)];
        for (var entry : vocabulary.entrySet()) {
            int id = entry.getValue();
            if (id < 0 || id >= MAX_VOCABULARY) {
                throw json.error(entry.getKey(), "is " + id + ", expected an id from 0 to " + (MAX_VOCABULARY - 1));
            }
            if (id >= spelling.length) {
                spelling = Arrays.copyOf(spelling, MAX_VOCABULARY);
            }
            if (spelling[id] != null) {
                throw json.error(entry.getKey(), "is " + id + ", which is the id of another token too");
            }
            spelling[id] = entry.getKey();
        }
        return spelling;
    }

    private void addMerge(String file, int rank, String line) {
        int space = line.indexOf(' ');
        if (space < 1 || space != line.lastIndexOf(' ') || space == line.length() - 1) {
            throw new InputException(file + ": line " + (rank + 1) + " is not two tokens with a space between them");
        }
        int left = idOfMerge(file, rank, line.substring(0, space));
        int right = idOfMerge(file, rank, line.substring(space + 1));
        joined[rank] = idOfMerge(file, rank, line.substring(0, space) + line.substring(space + 1));
        ranks.put(pair(left, right), rank);
    }

    private int idOfMerge(String file, int rank, String token) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            String shown = token.length() > 40 ? token.substring(0, 40) + "..." : token;
            throw new InputException(file + ": line " + (rank + 1) + " needs the token \"" + shown + "\", which "
                    + vocabularyName + " does not hold: take both files from one tokenizer");
        }
        return id;
    }

    /** The id of a whole token, or -1. */
    int id(String token) {
        return vocabulary.getOrDefault(token, -1);
    }

    String spelling(int id) {
        return spelling[id];
    }

    /** Appends the tokens of one word, given as its UTF-8 bytes. */
    void encode(byte[] word, List<Tokenizer.Piece> out) {
        int n = word.length;
        var ids = new int[n];
        var next = new int[n];
        var previous = new int[n];
        for (int i = 0; i < n; i++) {
            ids[i] = (i == n - 1 ? lastByteIds : byteIds)[word[i] & 0xff];
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        join(ids, next, previous);
        for (int i = 0; i < n; i = next[i]) {
            out.add(new Tokenizer.Piece(ids[i], spelling[ids[i]]));
        }
    }

    /** Joins pairs in a chain of ids: the token at i is followed by the one at next[i]; a joined one has id -1. */
    private void join(int[] ids, int[] next, int[] previous) {
        int n = ids.length;
        // (rank, position): the earliest learned pair first, of equal ones the leftmost.
        var queue = new PriorityQueue<Long>();
        for (int i = 0; i + 1 < n; i++) {
            offer(queue, ids, i, i + 1);
        }
        while (!queue.isEmpty()) {
            long top = queue.remove();
            int left = (int) top;
            int right = next[left];
            if (ids[left] < 0 || right == n) {
                continue;
            }
            // The entry may be older than a join at either side.
            Integer rank = ranks.get(pair(ids[left], ids[right]));
            int result = joined[(int) (top >>> 32)];
            if (rank == null || joined[rank] != result) {
                continue;
            }
            ids[left] = result;
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] < n) {
                previous[next[left]] = left;
                offer(queue, ids, left, next[left]);
            }
            if (previous[left] >= 0) {
                offer(queue, ids, previous[left], left);
            }
        }
    }

    private void offer(PriorityQueue<Long> queue, int[] ids, int left, int right) {
        Integer rank = ranks.get(pair(ids[left], ids[right]));
        if (rank != null) {
            queue.add((long) rank << 32 | left);
        }
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    /** GPT-2's spelling of bytes: printable Latin-1 as itself, the others as the characters from U+0100 on. */
    private static String[] alphabet() {
        var alphabet = new ArrayList<String>();
        int other = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xFF && b != 0xAD;
            alphabet.add(Character.toString(printable ? b : other++));
        }
        return alphabet.toArray(String[]::new);
    }
}
