package golden;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** The classes that the vectors are made of. The Rust tests declare the same ones. */
final class Model {
    private Model() {}

    enum Color { RED, GREEN }

    static class Small implements Serializable {
        String a;
        int b;

        Small(String a, int b) {
            this.a = a;
            this.b = b;
        }
    }

    static class Order implements Serializable {
        int id;
        Integer quantity;
        long account;
        boolean paid;
        double price;
        String customer;
        String note;
        Date created;
        List<String> tags;
        Map<String, Integer> stock;
        BigDecimal total;
        BigInteger serial;
        Color color;
        int[] codes;
        Small small;
    }

    static class Base implements Serializable {
        long id;
        String name;
        List<String> rows;
    }

    static class Derived extends Base {
        int level;
        String name;
        Map<String, String> extra;
    }

    static class Node implements Serializable {
        String name;
        Node next;
    }

    static class StockException extends RuntimeException {
        int code;

        StockException(String message, int code, Throwable cause) {
            super(message, cause);
            this.code = code;
        }
    }
}
