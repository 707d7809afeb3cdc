package io.mural.model.token;

import java.util.Arrays;

/** A trie over bytes: children of a node in a list of siblings. */
final class ByteTrie {
    private int[] child = new int[1024];
    private int[] sibling = new int[1024];
    private int[] values = new int[1024];
    private byte[] labels = new byte[1024];
    private int size = 1;

    ByteTrie() {
        values[0] = -1;
    }

    void put(byte[] key, int value) {
        int node = 0;
        for (byte label : key) {
            int next = next(node, label);
            node = next >= 0 ? next : add(node, label);
        }
        values[node] = value;
    }

    int next(int node, byte label) {
        for (int c = child[node]; c != 0; c = sibling[c]) {
            if (labels[c] == label) {
                return c;
            }
        }
        return -1;
    }

    int value(int node) {
        return values[node];
    }

    private int add(int parent, byte label) {
        if (size == child.length) {
            child = Arrays.copyOf(child, 2 * size);
            sibling = Arrays.copyOf(sibling, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
            labels = Arrays.copyOf(labels, 2 * size);
        }
        values[size] = -1;
        labels[size] = label;
        sibling[size] = child[parent];
        child[parent] = size;
        return size++;
    }
}
