package io.mural.tensor.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instructions, written in Intel's syntax in tables, become the bytes that GNU as makes of them. */
class AssemblerTest {
    private static final Pattern ADDRESS =
            Pattern.compile("(?:dword ptr )?\\[(\\w+?)(?:\\+(\\w+)\\*(\\d))?([+-]\\d+)?](\\{1to16})?");

    @ParameterizedTest
    @ValueSource(strings = {"encodings.tsv", "encodings-256.tsv"})
    void everyLineOfTheTable(String table) throws IOException {
        int lines = 0;
        for (var line : lines(table)) {
            var parts = line.split("\t");
            assertThat(HexFormat.of().formatHex(assemble(parts[0])))
                    .as(parts[0])
                    .isEqualTo(parts[1]);
            lines++;
        }
        assertThat(lines).isGreaterThan(150);
    }

    @Test
    void jumpsBackNearAndFar() {
        var asm = new Assembler();
        int start = asm.here();
        asm.dec(Gpr.RAX);
        asm.jnz(start);
        for (int i = 0; i < 50; i++) {
            asm.dec(Gpr.RAX);
        }
        asm.jnz(start);
        var hex = HexFormat.of().formatHex(asm.code());
        assertThat(hex).startsWith("48ffc875fb").endsWith("48ffc8" + "0f855fffffff");
    }

    @Test
    void registersFromSixteenOnNeedWideVectors() {
        var asm = new Assembler();
        assertThatThrownBy(() -> asm.vector(Instruction.VMULPS, Simd.ymm(16), Simd.ymm(1), Simd.ymm(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only zmm");
    }

    private static String[] lines(String table) throws IOException {
        try (var stream = AssemblerTest.class.getResourceAsStream(table)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toArray(String[]::new);
        }
    }

    private static byte[] assemble(String text) {
        var asm = new Assembler();
        int space = text.indexOf(' ');
        var name = space < 0 ? text : text.substring(0, space);
        var operands = space < 0 ? new String[0] : text.substring(space + 1).split(", ");
        if (name.startsWith("v") && operands.length > 0) {
            var all = new Operand[operands.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = operand(operands[i]);
            }
            var instruction = name.equals("vpxor") ? "vpxord" : name;
            asm.vector(Instruction.valueOf(instruction.toUpperCase(Locale.ROOT)), all);
        } else {
            general(asm, name, operands);
        }
        return asm.code();
    }

    private static void general(Assembler asm, String name, String[] operands) {
        switch (name) {
            case "vzeroupper" -> asm.vzeroupper();
            case "ret" -> asm.ret();
            case "cpuid" -> asm.cpuid();
            case "xgetbv" -> asm.xgetbv();
            case "push" -> asm.push(gpr(operands[0]));
            case "pop" -> asm.pop(gpr(operands[0]));
            case "dec" -> asm.dec(gpr(operands[0]));
            case "test" -> asm.test(gpr(operands[0]), gpr(operands[1]));
            case "lea" -> asm.lea(gpr(operands[0]), memory(operands[1]));
            case "prefetcht0" -> asm.prefetch(memory(operands[0]));
            case "sub" -> asm.sub(gpr(operands[0]), Integer.parseInt(operands[1]));
            case "add" -> {
                if (operand(operands[1]) instanceof Immediate number) {
                    asm.add(gpr(operands[0]), number.value());
                } else {
                    asm.add(gpr(operands[0]), gpr(operands[1]));
                }
            }
            case "mov" -> {
                if (operand(operands[0]) instanceof Memory to) {
                    asm.mov(to, gpr(operands[1]));
                } else if (operand(operands[1]) instanceof Memory from) {
                    asm.mov(gpr(operands[0]), from);
                } else {
                    asm.mov(gpr(operands[0]), gpr(operands[1]));
                }
            }
            default -> throw new AssertionError("no instruction " + name);
        }
    }

    private static Operand operand(String text) {
        if (text.contains("[")) {
            return memory(text);
        }
        if (text.matches("[yz]mm\\d+")) {
            return new Simd(text.startsWith("z") ? 512 : 256, Integer.parseInt(text.substring(3)));
        }
        return text.matches("-?\\d+") ? new Immediate(Integer.parseInt(text)) : gpr(text);
    }

    private static Gpr gpr(String name) {
        return Gpr.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Memory memory(String text) {
        var parts = ADDRESS.matcher(text);
        assertThat(parts.matches()).as(text).isTrue();
        return new Memory(
                gpr(parts.group(1)),
                Optional.ofNullable(parts.group(2)).map(AssemblerTest::gpr),
                parts.group(3) == null ? 1 : Integer.parseInt(parts.group(3)),
                parts.group(4) == null ? 0 : Integer.parseInt(parts.group(4)),
                parts.group(5) != null);
    }
}
