package io.mural.emulator;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.HalfFloat;

/** The context one work-item of a group sees. */
final class WorkItem extends KernelContext {
    private final Group group;
    private int localArrays; // how many it has asked for

    WorkItem(Group group, int[] global, int[] groupPlace, int[] local, Grid grid) {
        super(global, groupPlace, local, grid.global(), grid.local());
        this.group = group;
    }

    @Override
    public void localBarrier() {
        group.barrier();
    }

    @Override
    public void globalBarrier() {
        group.barrier();
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
        return group.shared(localArrays++, float[].class, size);
    }

    @Override
    public double[] allocateDoubleLocalArray(int size) {
        return group.shared(localArrays++, double[].class, size);
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
        return group.shared(localArrays++, int[].class, size);
    }

    @Override
    public long[] allocateLongLocalArray(int size) {
        return group.shared(localArrays++, long[].class, size);
    }

    @Override
    public byte[] allocateByteLocalArray(int size) {
        return group.shared(localArrays++, byte[].class, size);
    }

    @Override
    public HalfFloat[] allocateHalfFloatLocalArray(int size) {
        return group.shared(localArrays++, HalfFloat[].class, size);
    }
}
