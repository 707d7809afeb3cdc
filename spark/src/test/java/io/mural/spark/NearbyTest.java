package io.mural.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("spark")
class NearbyTest {
    @ParameterizedTest
    @CsvSource({
        "file:///tables/, a.png, /tables/a.png",
        "file:///tables/, ../photo one.png, /photo one.png",
        "file:///tables/, /x/100%.png, /x/100%.png",
        "file:///tables/, file:/x/a.png, /x/a.png",
        "hdfs://name/tables/, b/c.png, /tables/b/c.png",
        "hdfs://name/tables/, s3a://bucket/c.png, /c.png",
    })
    void filesAreSeenFromTheTablesFolder(String folder, String text, String path) {
        assertThat(Nearby.located(URI.create(folder), text).getPath()).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({"a.png, hdfs", "s3a://bucket/c.png, s3a", "file:/x/a.png, file"})
    void otherFileSystemsAreNamed(String text, String scheme) {
        assertThat(Nearby.located(URI.create("hdfs://name/tables/"), text).getScheme())
                .isEqualTo(scheme);
    }
}
