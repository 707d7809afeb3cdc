package io.mural.tensor.asm;

/**
 * The instructions that kernels need, with their encodings as in Intel's manual (Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volume 2). Those on vectors of 256 bits are encoded by VEX, of 512 bits by EVEX.
 */
public enum Instruction {
    VMOVUPS(Prefix.NONE, Map.OF, 0, 0x10, Form.RM_OR_MR),
    VBROADCASTSS(Prefix.P66, Map.OF38, 0, 0x18, Form.RM_SCALAR),
    VPBROADCASTD(Prefix.P66, Map.OF38, 0, 0x58, Form.RM_SCALAR),
    VDPBF16PS(Prefix.PF3, Map.OF38, 0, 0x52, Form.RVM),
    VPDPBUSD(Prefix.P66, Map.OF38, 0, 0x50, Form.RVM),
    VPDPWSSD(Prefix.P66, Map.OF38, 0, 0x52, Form.RVM),
    VPMADDWD(Prefix.P66, Map.OF, 0, 0xF5, Form.RVM),
    VPADDD(Prefix.P66, Map.OF, 0, 0xFE, Form.RVM),
    VFMADD231PS(Prefix.P66, Map.OF38, 0, 0xB8, Form.RVM),
    VMULPS(Prefix.NONE, Map.OF, 0, 0x59, Form.RVM),
    VADDPS(Prefix.NONE, Map.OF, 0, 0x58, Form.RVM),
    VMAXPS(Prefix.NONE, Map.OF, 0, 0x5F, Form.RVM),
    VCVTDQ2PS(Prefix.NONE, Map.OF, 0, 0x5B, Form.RM),
    VCVTPS2DQ(Prefix.P66, Map.OF, 0, 0x5B, Form.RM),
    VCVTNEPS2BF16(Prefix.PF3, Map.OF38, 0, 0x72, Form.RM),
    VCVTNE2PS2BF16(Prefix.PF2, Map.OF38, 0, 0x72, Form.RVM),
    VPXORD(Prefix.P66, Map.OF, 0, 0xEF, Form.RVM),
    VPERMT2D(Prefix.P66, Map.OF38, 0, 0x7E, Form.RVM),
    VPERMT2W(Prefix.P66, Map.OF38, 1, 0x7D, Form.RVM),
    VPUNPCKLDQ(Prefix.P66, Map.OF, 0, 0x62, Form.RVM),
    VPUNPCKHQDQ(Prefix.P66, Map.OF, 1, 0x6D, Form.RVM),
    VSHUFI32X4(Prefix.P66, Map.OF3A, 0, 0x43, Form.RVM_NUMBER),
    VPSLLD(Prefix.P66, Map.OF, 0, 0x72, Form.VM_NUMBER),
    VPMOVDB(Prefix.PF3, Map.OF38, 0, 0x31, Form.MR_QUARTER);

    /** The prefix byte of an older encoding, as VEX and EVEX write it. */
    enum Prefix {
        NONE,
        P66,
        PF3,
        PF2
    }

    /** The opcode's first bytes: 0F, 0F 38 or 0F 3A, by their numbers in VEX and EVEX. */
    enum Map {
        OF(1),
        OF38(2),
        OF3A(3);

        final int number;

        Map(int number) {
            this.number = number;
        }
    }

    /** What the operands are, in their order: register of ModRM (R), register or memory (M), register of vvvv (V). */
    enum Form {
        RM,
        /** A load, or with one more in the opcode a store. */
        RM_OR_MR,
        /** M is a single int or float. */
        RM_SCALAR,
        RVM,
        RVM_NUMBER,
        /** R is part of the opcode; a shift. */
        VM_NUMBER,
        /** A store of a byte for each int. */
        MR_QUARTER
    }

    final Prefix prefix;
    final Map map;
    final int w;
    final int opcode;
    final Form form;

    Instruction(Prefix prefix, Map map, int w, int opcode, Form form) {
        this.prefix = prefix;
        this.map = map;
        this.w = w;
        this.opcode = opcode;
        this.form = form;
    }
}
