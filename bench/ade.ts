import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import { runInTurn } from "./alternate.ts";
import { fetchAndDrop, sendAssignments } from "./bare-requests.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import type { ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { PAGE_DEVICES, createMdm, fetchPages, signInToSimulator, startSimulator } from "./serving.ts";
import { getShortestTime, getHighestPeak } from "./statistics.ts";
import { createLongBenchmark, type Benchmark } from "./works.ts";

/** Configures a simulator as the endpoint of a tenant and registers its token. Does not fetch any device yet. */
async function connectSimulator(bench: Bench, program: MeasuredProgram, url: string): Promise<void> {
  const folder = await bench.newFolder("token");
  const [key, token] = [join(folder, "key.pem"), join(folder, "SIMULATOR_Token.p7m")];
  await program.run("ade", "endpoint", "set", "--simulator", url);
  await program.run("ade", "keypair", "create", "-o", key);
  await program.run("ade", "simulator", "do", "token", "--url", url, "--public-key", key, "-o", token);
  await program.run("ade", "token", "set", token);
}

/** A full sync, after which the tenant must have this number of devices. */
async function runFullSync(program: MeasuredProgram, devices: number): Promise<ProcessRun> {
  const ran = await program.run("ade", "sync", "--full", "--format", "json");
  for (const rows of ["ade_device where state = 'present'", "device"]) {
    const found = program.countRows(rows);
    if (found !== devices) throw new Error(`${found} rows of ${rows} where ${devices} are expected`);
  }
  return ran;
}

/** Creates a tenant that is synchronised with all devices of a new simulator. */
async function createSyncedTenant(bench: Bench, checkout: Checkout, devices: number) {
  const { url } = await startSimulator(bench, checkout, devices);
  const program = await bench.emptyTenant(checkout);
  await connectSimulator(bench, program, url);
  await runFullSync(program, devices);
  return { program, url };
}

/** Runs on each side. Two runs already take minutes. */
const SYNC_TIMES = 2;

/** Measures the first sync of all devices. The peer fetches the same pages and discards them. */
const FULL_SYNC_BENCHMARK = createLongBenchmark({
  name: "ade sync --full",
  target: { must: 2.5, mustRssMb: 200 },
  needs: [],
  times: SYNC_TIMES,
  ours: async (bench, checkout) => {
    const { url } = await startSimulator(bench, checkout, bench.rows);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        await connectSimulator(bench, program, url);
        return runFullSync(program, bench.rows);
      });
  },
  peer: async (bench) => {
    const mdm = await signInToSimulator(await startSimulator(bench, THIS_CHECKOUT, bench.rows));
    return () => fetchAndDrop(bench, mdm, Math.ceil(bench.rows / PAGE_DEVICES));
  },
  note: ({ rows }) => `the tenant holds ${rows} devices afterwards`,
});

const SMALL_DEVICE_COUNT = 1000;
const CHANGES_PER_SYNC = 100;
const DELTA_TIMES = 9;

/** A page of the simulator's own list of devices. */
interface DeviceListPage {
  readonly devices: readonly { readonly serial: string; readonly profileUuid: string | null }[];
  /** index from which the next page starts; null on the last page */
  readonly next: number | null;
}

const callControlApi = async (mdm: Mdm, method: "GET" | "POST", path: string, body?: object): Promise<unknown> => {
  const answer = await mdm.control(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 100)}`);
  return JSON.parse(answer.body);
};

/** Returns the serial numbers of `count` devices, spread evenly over the first `devices` devices of a simulator. */
const pickSerials = (mdm: Mdm, devices: number, count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const from = Math.floor((at * devices) / count);
      const { devices: found } = (await callControlApi(mdm, "GET", `/devices?from=${from}&limit=1`)) as DeviceListPage;
      return found[0]?.serial ?? "";
    }),
  );

/** The parts of a sync result that are checked. */
interface SyncResult {
  readonly kind: string;
  readonly devices: number;
}

/**
 * Syncs a tenant repeatedly, each time after a number of changes: half of them new devices, half devices from all over
 * that are given to another server, and back before the next sync.
 */
async function prepareDeltaSync(bench: Bench, checkout: Checkout, devices: number): Promise<() => Promise<ProcessRun>> {
  const { program, url } = await createSyncedTenant(bench, checkout, devices);
  const mdm = createMdm(url);
  const half = CHANGES_PER_SYNC / 2;
  const moved = await pickSerials(mdm, devices, half);
  let [expected, isAway] = [devices, false];
  return async () => {
    isAway = !isAway;
    await callControlApi(mdm, "POST", "/devices", { count: half });
    await callControlApi(mdm, "POST", "/devices/assign", { serials: moved, ...(isAway && { server: "other" }) });
    expected += half;
    const ran = await program.run("ade", "sync", "--delta", "--format", "json");
    const result = JSON.parse(ran.stdout) as SyncResult;
    if (result.kind !== "delta" || result.devices !== CHANGES_PER_SYNC)
      throw new Error(`${result.devices} devices by a ${result.kind}`);
    const found = program.countRows("ade_device where state = 'present'");
    const wanted = expected - (isAway ? half : 0);
    if (found !== wanted) throw new Error(`the tenant has ${found} devices where ${wanted} are expected`);
    return ran;
  };
}

/** Measures a sync of a few changes in a large tenant. The peer is the same sync in a small tenant. */
const DELTA_SYNC_BENCHMARK: Benchmark = {
  name: "ade sync --delta",
  kind: "long",
  target: { must: 1.5 },
  needs: [],
  ours: (bench, checkout) => prepareDeltaSync(bench, checkout, bench.rows),
  measure: async (bench) => {
    const works = [
      await prepareDeltaSync(bench, THIS_CHECKOUT, bench.rows),
      await prepareDeltaSync(bench, THIS_CHECKOUT, SMALL_DEVICE_COUNT),
    ] as const;
    const [large, small] = await runInTurn(works, DELTA_TIMES);
    const [seconds, peerSeconds] = [
      getShortestTime(large.map((ran) => ran.seconds)),
      getShortestTime(small.map((ran) => ran.seconds)),
    ];
    const peak = getHighestPeak(large.map(({ peakBytes }) => peakBytes));
    return {
      figures: {
        seconds,
        peerSeconds,
        ratio: seconds / peerSeconds,
        rssMb: peak === undefined ? undefined : peak / 1e6,
      },
      note: `${CHANGES_PER_SYNC} changes in ${bench.rows} devices, beside ${SMALL_DEVICE_COUNT}`,
    };
  },
};

/** Number of devices for which the target is defined. A smaller run uses fewer. */
const MAX_ASSIGNED_DEVICES = 100_000;

const countAssignedDevices = ({ rows }: Bench): number => Math.min(MAX_ASSIGNED_DEVICES, rows);

const PROFILE_NAMES = ["A", "B"] as const;
const PROFILE_URL = "https://mdm.example.jp/enroll";

/** Returns a function that returns the items in turn, so that each run assigns a profile that no device has yet. */
const createAlternator = <T>(both: readonly T[]): (() => T) => {
  let run = 0;
  return () => both[run++ % both.length] as T;
};

const fetchSerials = async (mdm: Mdm): Promise<readonly string[]> => {
  const serials: string[] = [];
  for await (const page of fetchPages(mdm)) {
    const { devices } = JSON.parse(page) as { readonly devices: readonly { readonly serial_number: string }[] };
    serials.push(...devices.map(({ serial_number: serial }) => serial));
  }
  return serials;
};

/** A profile, and a file with the request bodies that assign it to all devices, one per line. */
interface PreparedProfile {
  readonly profile: string;
  readonly file: string;
}

async function prepareProfile(
  bench: Bench,
  mdm: Mdm,
  name: string,
  serials: readonly string[],
): Promise<PreparedProfile> {
  const { body } = await mdm.ask("POST /profile", { profile_name: name, url: PROFILE_URL });
  const { profile_uuid: profile } = JSON.parse(body) as { readonly profile_uuid: string };
  const bodies = Array.from({ length: Math.ceil(serials.length / PAGE_DEVICES) }, (_, at) =>
    JSON.stringify({ profile_uuid: profile, devices: serials.slice(at * PAGE_DEVICES, (at + 1) * PAGE_DEVICES) }),
  );
  const file = bench.newPath("bodies.ndjson");
  await writeFile(file, `${bodies.join("\n")}\n`);
  return { profile, file };
}

/** Returns how many devices have a profile, according to the simulator's own list. */
async function countDevicesWithProfile(mdm: Mdm, profile: string): Promise<number> {
  let count = 0;
  for (let from: number | null = 0; from !== null;) {
    const listed = (await callControlApi(mdm, "GET", `/devices?from=${from}&limit=10000`)) as DeviceListPage;
    count += listed.devices.filter(({ profileUuid }) => profileUuid === profile).length;
    from = listed.next;
  }
  return count;
}

/**
 * Measures assigning a profile to the devices that a file of serial numbers lists. The peer sends the bare requests.
 */
const ASSIGN_BENCHMARK = createLongBenchmark({
  name: "ade profiles assign",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const count = countAssignedDevices(bench);
    const { program } = await createSyncedTenant(bench, checkout, count);
    const serials = await fetchSerials(await signInToSimulator(await startSimulator(bench, checkout, count)));
    const file = join(await bench.newFolder("serials"), "serials.csv");
    await writeFile(file, `serial\n${serials.join("\n")}\n`);
    for (const name of PROFILE_NAMES) await program.run("ade", "profiles", "create", name, "--url", PROFILE_URL);
    const next = createAlternator(PROFILE_NAMES);
    return async () => {
      const ran = await program.run("ade", "profiles", "assign", next(), "--file", file);
      const done = ran.stdout.split("\tSUCCESS\n").length - 1;
      if (done !== count) throw new Error(`${done} of ${count} devices got the profile`);
      return ran;
    };
  },
  peer: async (bench) => {
    const count = countAssignedDevices(bench);
    const mdm = await signInToSimulator(await startSimulator(bench, THIS_CHECKOUT, count));
    const serials = await fetchSerials(mdm);
    const both: PreparedProfile[] = [];
    for (const name of PROFILE_NAMES) both.push(await prepareProfile(bench, mdm, name, serials));
    const next = createAlternator(both);
    return async () => {
      const { profile, file } = next();
      const ran = await sendAssignments(bench, mdm, file);
      const done = await countDevicesWithProfile(mdm, profile);
      if (done !== count) throw new Error(`${done} of ${count} devices got the profile`);
      return ran;
    };
  },
  note: (bench) => `${countAssignedDevices(bench)} devices, in requests of ${PAGE_DEVICES}`,
});

/** Benchmarks of synchronisation with Apple and of profile assignment. */
export const ADE_BENCHMARKS: readonly Benchmark[] = [FULL_SYNC_BENCHMARK, DELTA_SYNC_BENCHMARK, ASSIGN_BENCHMARK];
