package uk.ac.manchester.tornado.cublas.enums;

/** How cuBLAS takes an operand: as it is, transposed, or transposed and conjugated. */
public enum CuBlasOperation {
    CUBLAS_OP_N,
    CUBLAS_OP_T,
    CUBLAS_OP_C;

    /** Its number in cuBLAS. */
    public int operation() {
        return ordinal();
    }
}
