package golden;

import com.alibaba.com.caucho.hessian.io.Hessian2Input;
import com.alibaba.com.caucho.hessian.io.Hessian2Output;
import com.alibaba.com.caucho.hessian.io.SerializerFactory;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;

/**
 * {@code java -jar target/hessian-golden.jar vectors} prints named vectors, one a line.
 * {@code java -jar target/hessian-golden.jar echo} reads bodies from standard input, each after its length in four
 * bytes, decodes each with the reference implementation, encodes the result and writes it back in the same form. A
 * body that cannot be decoded is answered by a negative length and the text of the exception.
 */
public final class Main {
    private static final SerializerFactory FACTORY = factory();

    private Main() {}

    public static void main(String[] args) throws Exception {
        switch (args.length > 0 ? args[0] : "") {
            case "vectors" -> vectors();
            case "echo" -> echo();
            default -> {
                System.err.println("usage: vectors | echo");
                System.exit(2);
            }
        }
    }

    private static SerializerFactory factory() {
        SerializerFactory factory = new SerializerFactory(Main.class.getClassLoader());
        factory.setAllowNonSerializable(true);
        return factory;
    }

    private static void vectors() throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.println("# Vectors written by org.apache.dubbo:hessian-lite 4.0.4 on JDK "
                + Runtime.version().feature() + ": name, bytes.");
        out.println("# Made in tests/interop/java/hessian-golden by");
        out.println("#   mvn -q package && java -jar target/hessian-golden.jar vectors");
        for (Map.Entry<String, Object> vector : Vectors.all().entrySet()) {
            out.println(vector.getKey() + " " + HexFormat.of().formatHex(write(vector.getValue())));
        }
        out.flush();
    }

    private static void echo() throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
        while (true) {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException end) {
                return;
            }
            byte[] body = in.readNBytes(length);
            try {
                byte[] answer = write(read(body));
                out.writeInt(answer.length);
                out.write(answer);
            } catch (Throwable failure) {
                StringWriter text = new StringWriter();
                failure.printStackTrace(new PrintWriter(text));
                byte[] answer = text.toString().getBytes(StandardCharsets.UTF_8);
                out.writeInt(-answer.length);
                out.write(answer);
            }
            out.flush();
        }
    }

    private static Object read(byte[] body) throws IOException {
        Hessian2Input input = new Hessian2Input(new ByteArrayInputStream(body));
        input.setSerializerFactory(FACTORY);
        return input.readObject();
    }

    private static byte[] write(Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Hessian2Output output = new Hessian2Output(bytes);
        output.setSerializerFactory(FACTORY);
        output.writeObject(value);
        output.flushBuffer();
        return bytes.toByteArray();
    }
}
