package check;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A relay between a client and the server that can drop connections and refuse fresh ones for a while. */
final class Dropper implements AutoCloseable {
    private final InetSocketAddress server;
    private final ServerSocket listener;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean refusing;

    Dropper(String hostAndPort) throws IOException {
        int colon = hostAndPort.lastIndexOf(':');
        server = new InetSocketAddress(hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void drop() throws IOException {
        refusing = true;
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    void resume() {
        refusing = false;
    }

    @Override
    public void close() throws IOException {
        drop();
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket upstream = new Socket();
                upstream.connect(server);
                open.add(client);
                open.add(upstream);
                start(() -> pump(client, upstream));
                start(() -> pump(upstream, client));
            }
        } catch (IOException closed) {
            // The listener has been closed: the relay is over.
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from; to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
        } catch (IOException closed) {
            // Either side has gone; both are closed on the way out.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "dropper");
        thread.setDaemon(true);
        thread.start();
    }
}
