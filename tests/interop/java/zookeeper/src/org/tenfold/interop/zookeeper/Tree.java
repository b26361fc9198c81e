package org.tenfold.interop.zookeeper;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Prints every node of a ZooKeeper, one a line: path, kind and data, separated by tabs. Takes the address. */
public final class Tree {
    private final ZooKeeper client;

    private Tree(ZooKeeper client) {
        this.client = client;
    }

    public static void main(String[] args) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeper client = new ZooKeeper(args[0], 10_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        })) {
            if (!connected.await(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no connection to " + args[0] + " within 10 s");
            }
            new Tree(client).print("/");
        }
    }

    private void print(String path) throws Exception {
        List<String> children;
        try {
            Stat stat = new Stat();
            byte[] data = client.getData(path, false, stat);
            if (!path.equals("/")) {
                System.out.println(path + "\t" + kind(stat) + "\t" + text(data));
            }
            children = client.getChildren(path, false);
        } catch (KeeperException.NoNodeException e) {
            return;
        }
        Collections.sort(children);
        for (String child : children) {
            if (!path.equals("/") || !child.equals("zookeeper")) {
                print(path.equals("/") ? "/" + child : path + "/" + child);
            }
        }
    }

    private static String kind(Stat stat) {
        return stat.getEphemeralOwner() == 0 ? "persistent" : "ephemeral";
    }

    private static String text(byte[] data) {
        if (data == null) {
            return "(null)";
        }
        return data.length == 0 ? "(empty)" : new String(data, StandardCharsets.UTF_8).replace("\n", "\\n");
    }
}
