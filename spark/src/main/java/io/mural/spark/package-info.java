/** Batches of pictures on Apache Spark, by the rules of {@code io.mural.batch}. */
package io.mural.spark;
