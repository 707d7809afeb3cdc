package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.types.HalfFloat;

/**
 * Where a work-item stands in its grid, and what its group shares. A program makes one and names it as an argument of
 * its tasks; each work-item is given its own in its place.
 */
public class KernelContext {
    public final Integer globalIdx;
    public final Integer globalIdy;
    public final Integer globalIdz;
    public final Integer groupIdx;
    public final Integer groupIdy;
    public final Integer groupIdz;
    public final Integer localIdx;
    public final Integer localIdy;
    public final Integer localIdz;
    public final Integer globalGroupSizeX;
    public final Integer globalGroupSizeY;
    public final Integer globalGroupSizeZ;
    public final Integer localGroupSizeX;
    public final Integer localGroupSizeY;
    public final Integer localGroupSizeZ;

    public KernelContext() {
        this(new int[3], new int[3], new int[3], new int[3], new int[3]);
    }

    /**
     * The context of one work-item, each argument x, y, z.
     *
     * @param global its place among all work-items
     * @param group its group's place among the groups
     * @param local its place in the group
     * @param globalSize all work-items
     * @param localSize the work-items of a group
     */
    protected KernelContext(int[] global, int[] group, int[] local, int[] globalSize, int[] localSize) {
        globalIdx = global[0];
        globalIdy = global[1];
        globalIdz = global[2];
        groupIdx = group[0];
        groupIdy = group[1];
        groupIdz = group[2];
        localIdx = local[0];
        localIdy = local[1];
        localIdz = local[2];
        globalGroupSizeX = globalSize[0];
        globalGroupSizeY = globalSize[1];
        globalGroupSizeZ = globalSize[2];
        localGroupSizeX = localSize[0];
        localGroupSizeY = localSize[1];
        localGroupSizeZ = localSize[2];
    }

    /** Waits until every work-item of the group is here; what they wrote to local arrays before can be read after. */
    public void localBarrier() {
        throw outside("localBarrier");
    }

    /** As {@link #localBarrier}, for what the work-items of the group wrote to the device's memory. */
    public void globalBarrier() {
        throw outside("globalBarrier");
    }

    /** An array that the work-items of the group share. */
    public float[] allocateFloatLocalArray(int size) {
        throw outside("allocateFloatLocalArray");
    }

    public double[] allocateDoubleLocalArray(int size) {
        throw outside("allocateDoubleLocalArray");
    }

    public int[] allocateIntLocalArray(int size) {
        throw outside("allocateIntLocalArray");
    }

    public long[] allocateLongLocalArray(int size) {
        throw outside("allocateLongLocalArray");
    }

    public byte[] allocateByteLocalArray(int size) {
        throw outside("allocateByteLocalArray");
    }

    public HalfFloat[] allocateHalfFloatLocalArray(int size) {
        throw outside("allocateHalfFloatLocalArray");
    }

    private static IllegalStateException outside(String method) {
        return new IllegalStateException(method + " was called outside a task: only work-items have a group");
    }
}
