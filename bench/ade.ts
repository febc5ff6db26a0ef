import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mdm } from "#support/apple/simulator/mdm.ts";
import { inTurn } from "./alternate.ts";
import { fetchAndDrop, sendAssignments } from "./bare-requests.ts";
import type { Bench } from "./bench.ts";
import { THIS, type Checkout } from "./checkout.ts";
import type { Ran } from "./process.ts";
import type { Program } from "./program.ts";
import { A_PAGE, mdmAt, pagesOf, signedIn, simulator } from "./serving.ts";
import { best, highest } from "./statistics.ts";
import { long, type Work } from "./works.ts";

/** Gives a tenant a simulator as its endpoint, and a token; nothing is fetched yet. */
async function connect(bench: Bench, program: Program, url: string): Promise<void> {
  const folder = await bench.newFolder("token");
  const [key, token] = [join(folder, "key.pem"), join(folder, "SIMULATOR_Token.p7m")];
  await program.run("ade", "endpoint", "set", "--simulator", url);
  await program.run("ade", "keypair", "create", "-o", key);
  await program.run("ade", "simulator", "do", "token", "--url", url, "--public-key", key, "-o", token);
  await program.run("ade", "token", "set", token);
}

/** A full sync, after which the tenant must have this number of devices. */
async function fullSync(program: Program, devices: number): Promise<Ran> {
  const ran = await program.run("ade", "sync", "--full", "--format", "json");
  for (const rows of ["ade_device where state = 'present'", "device"]) {
    const found = program.countRows(rows);
    if (found !== devices) throw new Error(`${found} rows of ${rows} where ${devices} are expected`);
  }
  return ran;
}

/** A tenant with all devices of a simulator of its own. */
async function synced(bench: Bench, checkout: Checkout, devices: number) {
  const { url } = await simulator(bench, checkout, devices);
  const program = await bench.emptyTenant(checkout);
  await connect(bench, program, url);
  await fullSync(program, devices);
  return { program, url };
}

/** Two runs of each side are minutes. */
const SYNC_TIMES = 2;

/** A first sync of all devices, beside fetching their pages and dropping them. */
const full = long({
  name: "ade sync --full",
  target: { must: 2.5, mustRssMb: 200 },
  needs: [],
  times: SYNC_TIMES,
  ours: async (bench, checkout) => {
    const { url } = await simulator(bench, checkout, bench.rows);
    return () =>
      bench.withEmptyTenant(checkout, async (program) => {
        await connect(bench, program, url);
        return fullSync(program, bench.rows);
      });
  },
  peer: async (bench) => {
    const mdm = await signedIn(await simulator(bench, THIS, bench.rows));
    return () => fetchAndDrop(bench, mdm, Math.ceil(bench.rows / A_PAGE));
  },
  note: ({ rows }) => `the tenant holds ${rows} devices afterwards`,
});

const FEW = 1000;
const CHANGES = 100;
const DELTA_TIMES = 9;

/** Devices as the simulator's own list has them. */
interface Listed {
  readonly devices: readonly { readonly serial: string; readonly profileUuid: string | null }[];
  /** where it goes on */
  readonly next: number | null;
}

const control = async (mdm: Mdm, method: "GET" | "POST", path: string, body?: object): Promise<unknown> => {
  const answer = await mdm.control(method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 100)}`);
  return JSON.parse(answer.body);
};

/** Serial numbers from all over the first devices of a simulator. */
const someOf = (mdm: Mdm, devices: number, count: number): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const from = Math.floor((at * devices) / count);
      const { devices: found } = (await control(mdm, "GET", `/devices?from=${from}&limit=1`)) as Listed;
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
async function deltas(bench: Bench, checkout: Checkout, devices: number): Promise<() => Promise<Ran>> {
  const { program, url } = await synced(bench, checkout, devices);
  const mdm = mdmAt(url);
  const half = CHANGES / 2;
  const moved = await someOf(mdm, devices, half);
  let [expected, isAway] = [devices, false];
  return async () => {
    isAway = !isAway;
    await control(mdm, "POST", "/devices", { count: half });
    await control(mdm, "POST", "/devices/assign", { serials: moved, ...(isAway && { server: "other" }) });
    expected += half;
    const ran = await program.run("ade", "sync", "--delta", "--format", "json");
    const result = JSON.parse(ran.stdout) as SyncResult;
    if (result.kind !== "delta" || result.devices !== CHANGES)
      throw new Error(`${result.devices} devices by a ${result.kind}`);
    const found = program.countRows("ade_device where state = 'present'");
    const wanted = expected - (isAway ? half : 0);
    if (found !== wanted) throw new Error(`the tenant has ${found} devices where ${wanted} are expected`);
    return ran;
  };
}

/** A sync of a few changes in a large tenant, beside the same in a small one. */
const delta: Work = {
  name: "ade sync --delta",
  kind: "long",
  target: { must: 1.5 },
  needs: [],
  ours: (bench, checkout) => deltas(bench, checkout, bench.rows),
  measure: async (bench) => {
    const works = [await deltas(bench, THIS, bench.rows), await deltas(bench, THIS, FEW)] as const;
    const [large, small] = await inTurn(works, DELTA_TIMES);
    const [seconds, peerSeconds] = [best(large.map((ran) => ran.seconds)), best(small.map((ran) => ran.seconds))];
    const peak = highest(large.map(({ peakBytes }) => peakBytes));
    return {
      figures: {
        seconds,
        peerSeconds,
        ratio: seconds / peerSeconds,
        rssMb: peak === undefined ? undefined : peak / 1e6,
      },
      note: `${CHANGES} changes in ${bench.rows} devices, beside ${FEW}`,
    };
  },
};

/** Of which the target speaks; a smaller run has fewer. */
const ASSIGNED = 100_000;

const assignedOf = ({ rows }: Bench): number => Math.min(ASSIGNED, rows);

const PROFILES = ["A", "B"] as const;
const PROFILE_URL = "https://mdm.example.jp/enroll";

/** Which of both the next run gives: none of the devices has it. */
const taking = <T>(both: readonly T[]): (() => T) => {
  let run = 0;
  return () => both[run++ % both.length] as T;
};

const serialsOf = async (mdm: Mdm): Promise<readonly string[]> => {
  const serials: string[] = [];
  for await (const page of pagesOf(mdm)) {
    const { devices } = JSON.parse(page) as { readonly devices: readonly { readonly serial_number: string }[] };
    serials.push(...devices.map(({ serial_number: serial }) => serial));
  }
  return serials;
};

/** A profile, and the requests that give it to all devices, a line each. */
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
  const bodies = Array.from({ length: Math.ceil(serials.length / A_PAGE) }, (_, at) =>
    JSON.stringify({ profile_uuid: profile, devices: serials.slice(at * A_PAGE, (at + 1) * A_PAGE) }),
  );
  const file = bench.newPath("bodies.ndjson");
  await writeFile(file, `${bodies.join("\n")}\n`);
  return { profile, file };
}

/** How many devices have a profile by the simulator's own list. */
async function countWith(mdm: Mdm, profile: string): Promise<number> {
  let count = 0;
  for (let from: number | null = 0; from !== null;) {
    const listed = (await control(mdm, "GET", `/devices?from=${from}&limit=10000`)) as Listed;
    count += listed.devices.filter(({ profileUuid }) => profileUuid === profile).length;
    from = listed.next;
  }
  return count;
}

/** A profile for many devices by a file of their serial numbers, beside the bare requests. */
const assign = long({
  name: "ade profiles assign",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const count = assignedOf(bench);
    const { program } = await synced(bench, checkout, count);
    const serials = await serialsOf(await signedIn(await simulator(bench, checkout, count)));
    const file = join(await bench.newFolder("serials"), "serials.csv");
    await writeFile(file, `serial\n${serials.join("\n")}\n`);
    for (const name of PROFILES) await program.run("ade", "profiles", "create", name, "--url", PROFILE_URL);
    const next = taking(PROFILES);
    return async () => {
      const ran = await program.run("ade", "profiles", "assign", next(), "--file", file);
      const done = ran.stdout.split("\tSUCCESS\n").length - 1;
      if (done !== count) throw new Error(`${done} of ${count} devices got the profile`);
      return ran;
    };
  },
  peer: async (bench) => {
    const count = assignedOf(bench);
    const mdm = await signedIn(await simulator(bench, THIS, count));
    const serials = await serialsOf(mdm);
    const both: PreparedProfile[] = [];
    for (const name of PROFILES) both.push(await prepareProfile(bench, mdm, name, serials));
    const next = taking(both);
    return async () => {
      const { profile, file } = next();
      const ran = await sendAssignments(bench, mdm, file);
      const done = await countWith(mdm, profile);
      if (done !== count) throw new Error(`${done} of ${count} devices got the profile`);
      return ran;
    };
  },
  note: (bench) => `${assignedOf(bench)} devices, in requests of ${A_PAGE}`,
});

/** What devices from Apple cost. */
export const ADE_WORKS: readonly Work[] = [full, delta, assign];
