package uk.ac.manchester.tornado.api.exceptions;

/** The device has no memory left. */
public class TornadoOutOfMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TornadoOutOfMemoryException(String msg) {
        super(msg);
    }
}
