package io.mural.model.token;

import java.util.Arrays;

/** Byte strings and their values, looked up byte by byte from node 0. The children of a node are a list of siblings. */
final class ByteTrie {
    private int[] child = new int[1024];
    private int[] sibling = new int[1024];
    private int[] values = new int[1024];
    private byte[] labels = new byte[1024];
    private int size = 1;

    ByteTrie() {
        values[0] = -1;
    }

    /** Adds a string, or gives it another value; values are not negative. */
    void put(byte[] key, int value) {
        int node = 0;
        for (byte label : key) {
            int next = next(node, label);
            node = next >= 0 ? next : add(node, label);
        }
        values[node] = value;
    }

    /** The node that a byte leads to, or -1. */
    int next(int node, byte label) {
        for (int c = child[node]; c != 0; c = sibling[c]) {
            if (labels[c] == label) {
                return c;
            }
        }
        return -1;
    }

    /** The value of the string that ends at a node, or -1. */
    int value(int node) {
        return values[node];
    }

    /** The value of a string, or -1. */
    int get(byte[] key) {
        int node = 0;
        for (int i = 0; i < key.length && node >= 0; i++) {
            node = next(node, key[i]);
        }
        return node < 0 ? -1 : values[node];
    }

    /** The length of the longest string at a place of a text, 0 for none. */
    int longest(byte[] text, int at) {
        int length = 0;
        int node = 0;
        for (int i = at; i < text.length; i++) {
            node = next(node, text[i]);
            if (node < 0) {
                break;
            }
            if (values[node] >= 0) {
                length = i + 1 - at;
            }
        }
        return length;
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
