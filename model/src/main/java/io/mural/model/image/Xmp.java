package io.mural.model.image;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The XMP packet of a picture (ISO 16684-1): that a model made it, as IPTC's digital source type says, by which program, and
 * the recipe, as JSON in a field of mural's own.
 */
public final class Xmp {
    /** The keyword that PNG files have for it. */
    public static final String KEYWORD = "XML:com.adobe.xmp";

    /** What says who made a picture: a model, from what it has learnt. */
    private static final String SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    private static final Pattern RECIPE = Pattern.compile("<mural:recipe>([^<]*)</mural:recipe>");

    private Xmp() {}

    /**
     * A packet without a recipe, for files that have it elsewhere.
     *
     * @param program that made the picture, with its version
     */
    public static String of(String program) {
        return packet(program, "");
    }

    /** A packet with a recipe. */
    public static String of(String program, String recipe) {
        return packet(program, "   <mural:recipe>" + escaped(recipe) + "</mural:recipe>\n");
    }

    private static String packet(String program, String more) {
        return "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                + "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                + " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                + "  <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
                + " xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\""
                + " xmlns:mural=\"urn:mural:recipe:1\">\n"
                + "   <xmp:CreatorTool>" + escaped(program) + "</xmp:CreatorTool>\n"
                + "   <Iptc4xmpExt:DigitalSourceType>" + SOURCE_TYPE + "</Iptc4xmpExt:DigitalSourceType>\n"
                + more
                + "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>";
    }

    /** The recipe in a packet that mural wrote. */
    static Optional<String> recipe(String packet) {
        var match = RECIPE.matcher(packet);
        return match.find() ? Optional.of(plain(match.group(1))) : Optional.empty();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String plain(String text) {
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    }
}
