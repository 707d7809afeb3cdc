package io.mural.cli.generate;

import java.math.BigInteger;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A seed as torch takes it, from -2^63 to 2^64 - 1: its 64 bits. */
public final class SeedOption implements ITypeConverter<Long> {
    private static final BigInteger LOWEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger HIGHEST = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);

    @Override
    public Long convert(String text) {
        var number = text.matches("[-+]?\\d{1,20}") ? new BigInteger(text) : HIGHEST.add(BigInteger.ONE);
        if (number.compareTo(LOWEST) < 0 || number.compareTo(HIGHEST) > 0) {
            throw new TypeConversionException(
                    "'" + text + "' is no seed: choose a whole number from " + LOWEST + " to " + HIGHEST);
        }
        return number.longValue();
    }
}
