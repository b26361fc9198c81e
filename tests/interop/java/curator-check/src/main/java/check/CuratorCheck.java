package check;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.x.discovery.ServiceDiscovery;
import org.apache.curator.x.discovery.ServiceDiscoveryBuilder;
import org.apache.curator.x.discovery.ServiceInstance;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * Asks a ZooKeeper server what users of the Java client and of Curator ask.
 *
 * <p>Prints each check as it passes and exits with 1 at the first wrong answer. The same program runs against Apache ZooKeeper
 * (with extendedTypesEnabled=true) and against the built-in registry.
 */
public final class CuratorCheck {
    private static final String ROOT = "/curator-" + UUID.randomUUID();
    private static String hosts;

    private interface Check {
        void run() throws Exception;
    }

    public static void main(String[] arguments) {
        hosts = arguments[0];
        int passed = 0;
        try {
            try (CuratorFramework curator = curator()) {
                curator.create().creatingParentsIfNeeded().forPath(ROOT);
            }
            passed += check("java client: nodes and stats", CuratorCheck::nodes);
            passed += check("java client: multi", CuratorCheck::multi);
            passed += check("java client: watches of every kind", CuratorCheck::watches);
            passed += check("java client: watches are re-armed and catch up", CuratorCheck::rearmed);
            passed += check("java client: requests in flight come back in order", CuratorCheck::pipeline);
            passed += check("java client: auth, whoAmI, access lists", CuratorCheck::auth);
            passed += check("java client: ttl, containers, counts, ephemerals", CuratorCheck::kinds);
            passed += check("curator: transactions", CuratorCheck::transactions);
            passed += check("curator: CuratorCache over persistent watches", CuratorCheck::cache);
            passed += check("curator: TreeCache over one-shot watches", CuratorCheck::treeCache);
            passed += check("curator: mutex, counter, leader latch", CuratorCheck::recipes);
            passed += check("curator: service discovery", CuratorCheck::discovery);
            passed += check("curator: a node that comes back after expiry", CuratorCheck::persistentNode);
            try (CuratorFramework curator = curator()) {
                curator.delete().deletingChildrenIfNeeded().forPath(ROOT);
            }
        } catch (Throwable wrong) {
            wrong.printStackTrace();
            System.exit(1);
        }
        System.out.println(passed + " checks passed");
        System.exit(0);
    }

    private static int check(String name, Check check) throws Exception {
        check.run();
        System.out.println("ok " + name);
        return 1;
    }

    private static void nodes() throws Exception {
        try (ZooKeeper zk = connect(null)) {
            String path = ROOT + "/nodes";
            Stat made = new Stat();
            same(path, zk.create(path, bytes("one"), ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, made));
            same(made, zk.exists(path, false));
            same(3, made.getDataLength());
            same(0L, made.getEphemeralOwner());
            Stat set = zk.setData(path, null, 0);
            same(1, set.getVersion());
            yes(zk.getData(path, false, null) == null, "null data stays null");
            fails(KeeperException.Code.BADVERSION, () -> zk.setData(path, bytes("x"), 0));
            fails(KeeperException.Code.NODEEXISTS, () -> create(zk, path));
            fails(KeeperException.Code.NONODE, () -> create(zk, path + "/none/deep"));
            create(zk, path + "/a");
            fails(KeeperException.Code.NOTEMPTY, () -> zk.delete(path, -1));
            same(path + "/s-0000000001", zk.create(path + "/s-", null, ZooDefs.Ids.OPEN_ACL_UNSAFE,
                    CreateMode.EPHEMERAL_SEQUENTIAL));
            zk.delete(path + "/a", 0);
            Stat stat = new Stat();
            same(List.of("s-0000000001"), zk.getChildren(path, false, stat));
            same(3, stat.getCversion());
            same(1, stat.getNumChildren());
            same(1, zk.getAllChildrenNumber(path));
            fails(KeeperException.Code.NOCHILDRENFOREPHEMERALS, () -> create(zk, path + "/s-0000000001/x"));
            yes(zk.getChildren("/", false).contains("zookeeper"), "the root has zookeeper");
        }
    }

    private static void multi() throws Exception {
        try (ZooKeeper zk = connect(null)) {
            String path = ROOT + "/multi";
            List<OpResult> good = zk.multi(List.of(
                    Op.create(path, null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                    Op.create(path + "/c", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER),
                    Op.setData(path, bytes("x"), 0),
                    Op.check(path, 1)));
            same(4, good.size());
            same(1, ((OpResult.SetDataResult) good.get(2)).getStat().getVersion());
            try {
                zk.multi(List.of(Op.delete(path + "/c", -1), Op.check(path, 7), Op.delete(path, -1)));
                throw new AssertionError("the multi succeeded");
            } catch (KeeperException failed) {
                same(KeeperException.Code.BADVERSION, failed.code());
                List<Integer> codes = new ArrayList<>();
                failed.getResults().forEach(result -> codes.add(((OpResult.ErrorResult) result).getErr()));
                same(List.of(0, -103, -2), codes);
            }
            List<OpResult> reads = zk.multi(List.of(Op.getData(path), Op.getChildren(path), Op.getData(path + "/none")));
            same("x", new String(((OpResult.GetDataResult) reads.get(0)).getData(), StandardCharsets.UTF_8));
            same(List.of("c"), ((OpResult.GetChildrenResult) reads.get(1)).getChildren());
            same(-101, ((OpResult.ErrorResult) reads.get(2)).getErr());
        }
    }

    private static void watches() throws Exception {
        try (ZooKeeper zk = connect(null)) {
            String path = ROOT + "/watches";
            Events plain = new Events();
            Events persistent = new Events();
            Events recursive = new Events();
            zk.exists(path, plain);
            zk.addWatch(path, persistent, AddWatchMode.PERSISTENT);
            zk.addWatch(path, recursive, AddWatchMode.PERSISTENT_RECURSIVE);
            create(zk, path);
            zk.getData(path, plain, null);
            zk.getChildren(path, plain);
            create(zk, path + "/a");
            zk.setData(path + "/a", bytes("x"), -1);
            zk.delete(path + "/a", -1);
            zk.delete(path, -1);
            plain.expect("NodeCreated " + path, "NodeChildrenChanged " + path, "NodeDeleted " + path);
            persistent.expect("NodeCreated " + path, "NodeChildrenChanged " + path, "NodeChildrenChanged " + path,
                    "NodeDeleted " + path);
            recursive.expect("NodeCreated " + path, "NodeCreated " + path + "/a", "NodeDataChanged " + path + "/a",
                    "NodeDeleted " + path + "/a", "NodeDeleted " + path);
            zk.removeWatches(path, persistent, Watcher.WatcherType.Any, false);
            zk.removeWatches(path, recursive, Watcher.WatcherType.Any, false);
            fails(KeeperException.Code.NOWATCHER,
                    () -> zk.removeWatches(path, recursive, Watcher.WatcherType.Any, false));
        }
    }

    private static void rearmed() throws Exception {
        try (ZooKeeper other = connect(null)) {
            Dropper dropper = new Dropper(hosts);
            Events events = new Events();
            CountDownLatch back = new CountDownLatch(2);
            ZooKeeper zk = new ZooKeeper("127.0.0.1:" + dropper.port(), 20_000, event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected
                        && event.getType() == Watcher.Event.EventType.None) {
                    back.countDown();
                }
            });
            String path = ROOT + "/rearmed";
            create(other, path);
            create(other, path + "/unchanged");
            zk.getData(path, events, null);
            zk.getChildren(path, events);
            zk.exists(path + "/missing", events);
            Events still = new Events();
            zk.getData(path + "/unchanged", still, null);
            Events below = new Events();
            zk.addWatch(path + "/unchanged", below, AddWatchMode.PERSISTENT_RECURSIVE);
            long session = zk.getSessionId();
            dropper.drop();
            other.setData(path, bytes("x"), -1);
            create(other, path + "/missing");
            dropper.resume();
            yes(back.await(20, TimeUnit.SECONDS), "the client came back");
            Set<String> missed = Set.of("NodeDataChanged " + path, "NodeChildrenChanged " + path,
                    "NodeCreated " + path + "/missing");
            for (int count = 0; count < missed.size(); count++) {
                String event = events.next();
                yes(missed.contains(event), "a missed event, not " + event);
            }
            same(session, zk.getSessionId());
            other.setData(path + "/unchanged", bytes("x"), -1);
            still.expect("NodeDataChanged " + path + "/unchanged");
            below.expect("NodeDataChanged " + path + "/unchanged");
            zk.close();
            dropper.close();
        }
    }

    private static void pipeline() throws Exception {
        try (ZooKeeper zk = connect(null)) {
            String path = ROOT + "/pipeline";
            create(zk, path);
            BlockingQueue<Integer> order = new LinkedBlockingQueue<>();
            int count = 3000;
            for (int at = 0; at < count; at++) {
                zk.setData(path, bytes("" + at), at, (AsyncCallback.StatCallback) (code, p, c, stat) ->
                        order.add(code == 0 ? stat.getVersion() : code), null);
                zk.getData(path, false, (AsyncCallback.DataCallback) (code, p, c, data, stat) ->
                        order.add(code == 0 ? Integer.parseInt(new String(data, StandardCharsets.UTF_8)) : code), null);
            }
            for (int at = 0; at < count; at++) {
                same(at + 1, order.poll(20, TimeUnit.SECONDS));
                same(at, order.poll(20, TimeUnit.SECONDS));
            }
        }
    }

    private static void auth() throws Exception {
        try (ZooKeeper mine = connect(null); ZooKeeper stranger = connect(null)) {
            String path = ROOT + "/auth";
            fails(KeeperException.Code.INVALIDACL, () -> mine.create(path, null, ZooDefs.Ids.CREATOR_ALL_ACL,
                    CreateMode.PERSISTENT));
            same("ip", mine.whoAmI().get(0).getAuthScheme());
            mine.addAuthInfo("digest", bytes("user:pass"));
            mine.create(path, null, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            yes(mine.whoAmI().stream().anyMatch(one -> one.getUser().equals("user")), "whoAmI names the user");
            fails(KeeperException.Code.NOAUTH, () -> stranger.getData(path, false, null));
            fails(KeeperException.Code.NOAUTH, () -> stranger.getACL(path, new Stat()));
            List<ACL> list = new ArrayList<>(mine.getACL(path, new Stat()));
            yes(list.get(0).getId().getId().startsWith("user:") && list.get(0).getId().getId().length() > 20, "digest");
            list.addAll(ZooDefs.Ids.READ_ACL_UNSAFE);
            same(1, mine.setACL(path, list, 0).getAversion());
            stranger.getData(path, false, null);
            same("user:x", stranger.getACL(path, new Stat()).get(0).getId().getId());
            fails(KeeperException.Code.NOAUTH, () -> stranger.setData(path, null, -1));
        }
    }

    private static void kinds() throws Exception {
        try (ZooKeeper zk = connect(null)) {
            String path = ROOT + "/kinds";
            create(zk, path);
            Stat stat = new Stat();
            zk.create(path + "/ttl", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_WITH_TTL, stat, 1_000_000);
            same(0L, stat.getEphemeralOwner());
            zk.create(path + "/box", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat);
            same(0L, stat.getEphemeralOwner());
            zk.create(path + "/box/e", null, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL, stat);
            same(zk.getSessionId(), stat.getEphemeralOwner());
            same(List.of(path + "/box/e"), zk.getEphemerals(path));
            same(3, zk.getAllChildrenNumber(path));
            fails(KeeperException.Code.BADARGUMENTS, () -> zk.delete("/zookeeper", -1));
        }
    }

    private static void transactions() throws Exception {
        try (CuratorFramework curator = curator()) {
            String path = ROOT + "/transactions";
            Collection<CuratorTransactionResult> results = curator.transaction().forOperations(
                    curator.transactionOp().create().forPath(path, bytes("a")),
                    curator.transactionOp().setData().forPath(path, bytes("b")),
                    curator.transactionOp().check().withVersion(1).forPath(path));
            same(3, results.size());
            same("b", new String(curator.getData().forPath(path), StandardCharsets.UTF_8));
        }
    }

    private static void cache() throws Exception {
        try (CuratorFramework curator = curator(); CuratorFramework writer = curator()) {
            String path = ROOT + "/cache";
            writer.create().creatingParentContainersIfNeeded().forPath(path + "/before", bytes("0"));
            CountDownLatch ready = new CountDownLatch(1);
            CuratorCache cache = CuratorCache.build(curator, path);
            cache.listenable().addListener(org.apache.curator.framework.recipes.cache.CuratorCacheListener.builder()
                    .forInitialized(ready::countDown).build());
            cache.start();
            yes(ready.await(15, TimeUnit.SECONDS), "the cache is filled");
            yes(cache.get(path + "/before").isPresent(), "what was there is there");
            for (int at = 0; at < 50; at++) {
                writer.create().forPath(path + "/n" + at, bytes("" + at));
            }
            writer.setData().forPath(path + "/n7", bytes("changed"));
            writer.delete().forPath(path + "/n8");
            until(() -> cache.size() == 51 && cache.get(path + "/n7")
                    .filter(data -> new String(data.getData()).equals("changed")).isPresent(), "the cache to follow");
            yes(cache.get(path + "/n8").isEmpty(), "what is gone is gone");
            cache.close();
        }
    }

    private static void treeCache() throws Exception {
        try (CuratorFramework curator = curator(); CuratorFramework writer = curator()) {
            String path = ROOT + "/tree";
            writer.create().creatingParentsIfNeeded().forPath(path + "/a/b/c", bytes("0"));
            TreeCache cache = new TreeCache(curator, path);
            cache.start();
            until(() -> cache.getCurrentData(path + "/a/b/c") != null, "the tree to be read");
            writer.create().forPath(path + "/a/b/d", bytes("1"));
            writer.setData().forPath(path + "/a/b/c", bytes("2"));
            until(() -> cache.getCurrentData(path + "/a/b/d") != null
                    && new String(cache.getCurrentData(path + "/a/b/c").getData()).equals("2"), "the tree to follow");
            writer.delete().deletingChildrenIfNeeded().forPath(path + "/a");
            until(() -> cache.getCurrentData(path + "/a") == null, "the branch to go");
            cache.close();
        }
    }

    private static void recipes() throws Exception {
        try (CuratorFramework one = curator(); CuratorFramework two = curator()) {
            InterProcessMutex mine = new InterProcessMutex(one, ROOT + "/mutex");
            InterProcessMutex yours = new InterProcessMutex(two, ROOT + "/mutex");
            yes(mine.acquire(10, TimeUnit.SECONDS), "a free mutex");
            yes(!yours.acquire(300, TimeUnit.MILLISECONDS), "a held mutex");
            mine.release();
            yes(yours.acquire(10, TimeUnit.SECONDS), "a released mutex");
            yours.release();
            DistributedAtomicLong counter = new DistributedAtomicLong(one, ROOT + "/counter", new RetryOneTime(10));
            for (int at = 0; at < 20; at++) {
                yes(counter.increment().succeeded(), "an increment");
            }
            same(20L, new DistributedAtomicLong(two, ROOT + "/counter", new RetryOneTime(10)).get().postValue());
            LeaderLatch first = new LeaderLatch(one, ROOT + "/latch", "first");
            LeaderLatch second = new LeaderLatch(two, ROOT + "/latch", "second");
            first.start();
            until(first::hasLeadership, "the first leader");
            second.start();
            first.close();
            until(second::hasLeadership, "the second leader");
            second.close();
        }
    }

    private static void discovery() throws Exception {
        try (CuratorFramework one = curator(); CuratorFramework two = curator()) {
            ServiceInstance<Void> instance = ServiceInstance.<Void>builder().name("order").address("10.0.0.1")
                    .port(20880).build();
            ServiceDiscovery<Void> provider = ServiceDiscoveryBuilder.builder(Void.class).client(one)
                    .basePath(ROOT + "/services").thisInstance(instance).build();
            provider.start();
            ServiceDiscovery<Void> consumer = ServiceDiscoveryBuilder.builder(Void.class).client(two)
                    .basePath(ROOT + "/services").build();
            consumer.start();
            Collection<ServiceInstance<Void>> found = consumer.queryForInstances("order");
            same(1, found.size());
            same(20880, found.iterator().next().getPort());
            provider.close();
            same(0, consumer.queryForInstances("order").size());
            consumer.close();
        }
    }

    private static void persistentNode() throws Exception {
        try (CuratorFramework curator = curator(); CuratorFramework other = curator()) {
            String path = ROOT + "/returns";
            PersistentNode node = new PersistentNode(curator, CreateMode.EPHEMERAL, false, path, bytes("x"));
            node.start();
            yes(node.waitForInitialCreate(10, TimeUnit.SECONDS), "the node");
            long session = curator.getZookeeperClient().getZooKeeper().getSessionId();
            byte[] password = curator.getZookeeperClient().getZooKeeper().getSessionPasswd();
            // A second client takes the session over and closes it: to the first it has expired.
            CountDownLatch connected = new CountDownLatch(1);
            ZooKeeper thief = new ZooKeeper(hosts, 10_000, event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                    connected.countDown();
                }
            }, session, password);
            yes(connected.await(10, TimeUnit.SECONDS), "the session to be taken over");
            thief.close();
            AtomicBoolean back = new AtomicBoolean();
            until(() -> {
                try {
                    Stat stat = other.checkExists().forPath(path);
                    back.set(stat != null && stat.getEphemeralOwner() != session);
                } catch (Exception wrong) {
                    throw new AssertionError(wrong);
                }
                return back.get();
            }, "the node to come back under a fresh session");
            node.close();
        }
    }

    private static CuratorFramework curator() {
        CuratorFramework curator = CuratorFrameworkFactory.newClient(hosts, 15_000, 10_000, new RetryOneTime(200));
        curator.start();
        return curator;
    }

    private static ZooKeeper connect(Watcher watcher) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper zk = new ZooKeeper(hosts, 15_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        yes(connected.await(15, TimeUnit.SECONDS), "a connection");
        return zk;
    }

    private static void create(ZooKeeper zk, String path) throws Exception {
        zk.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private static void fails(KeeperException.Code code, Check check) throws Exception {
        try {
            check.run();
        } catch (KeeperException failed) {
            same(code, failed.code());
            return;
        }
        throw new AssertionError("expected " + code);
    }

    private static void until(BooleanSupplier condition, String what) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            yes(System.nanoTime() < end, "waited 20 s for " + what);
            Thread.sleep(20);
        }
    }

    private static void same(Object wanted, Object found) {
        yes(wanted.equals(found), "wanted " + wanted + ", found " + found);
    }

    private static void yes(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Keeps the events of one watcher in order. */
    private static final class Events implements Watcher {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void process(WatchedEvent event) {
            if (event.getType() != Event.EventType.None) {
                events.add(event.getType() + " " + event.getPath());
            }
        }

        String next() throws InterruptedException {
            String event = events.poll(15, TimeUnit.SECONDS);
            yes(event != null, "an event");
            return event;
        }

        void expect(String... wanted) throws InterruptedException {
            for (String event : wanted) {
                same(event, next());
            }
            yes(events.isEmpty(), "no event beyond " + List.of(wanted) + ": " + events);
        }
    }
}
