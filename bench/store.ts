import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PostgresServer } from "../test/support/postgres/server.ts";
import { runInTurn } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import { THIS_CHECKOUT } from "./checkout.ts";
import { readCpuSeconds, readPeakMemory, type ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { createAdministrator, signIn } from "./served.ts";
import { startServer, type RunningServer } from "./serving.ts";
import { getHighestPeak, getMedian, getShortestTime } from "./statistics.ts";
import type { Benchmark, MeasuredResult } from "./works.ts";

const TENANT = "tenant";

/** Opens a store, in which the program has its password. @returns the store's address */
async function openStore(bench: Bench, { home }: MeasuredProgram): Promise<string> {
  const postgres = await PostgresServer.open();
  bench.afterwards(() => void postgres.close());
  await writeFile(join(home, ".pgpass"), `*:*:*:*:${postgres.environment.PGPASSWORD}\n`, { mode: 0o600 });
  return postgres.url();
}

/** Creates a tenant with an administrator. */
async function createTenant(bench: Bench): Promise<MeasuredProgram> {
  const program = await bench.emptyTenant(THIS_CHECKOUT);
  await program.run("add a context", TENANT);
  await createAdministrator(bench, program);
  return program;
}

/** Puts a tenant into a new store, under each of the names. @returns the store's address */
async function fillStore(bench: Bench, program: MeasuredProgram, names: readonly string[]): Promise<string> {
  const [url, backup] = [await openStore(bench, program), bench.newPath("backup.db")];
  await program.run("back up a tenant", backup);
  await program.run("make a store", url);
  for (const name of names) await program.run("add a tenant to a store", name, backup, url);
  return url;
}

/** Serves a tenant of a home or of a store, which have the same content. */
async function serve(bench: Bench, place: "home" | "store"): Promise<RunningServer> {
  const program = await createTenant(bench);
  if (place === "home") return startServer(bench, THIS_CHECKOUT, program.home, "serve all tenants");
  const url = await fillStore(bench, program, [TENANT]);
  return startServer(bench, THIS_CHECKOUT, program.home, "serve a store", url);
}

/** Sends a request to a tenant. @throws if it is refused */
type Send = (method: string, path: string, content?: object | Blob) => Promise<string>;

async function enter({ url }: RunningServer, name = TENANT): Promise<Send> {
  const tenant = `${url}/t/${name}`;
  const authorization = `Bearer ${await signIn(tenant)}`;
  return async (method, path, content) => {
    const [type, body] =
      content instanceof Blob
        ? ["text/csv; charset=shift_jis", content]
        : ["application/json", JSON.stringify(content)];
    const headers = { authorization, ...(content && { "content-type": type }) };
    const response = await fetch(`${tenant}/v1${path}`, { method, headers, ...(content && { body }) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 200)}`);
    return text;
  };
}

/** Measures something at a server. `seconds` is what it returns, or else how long it takes. */
async function measureServer({ pid }: RunningServer, run: () => Promise<number | void>): Promise<ProcessRun> {
  const [cpuBefore, started] = [readCpuSeconds(pid), performance.now()];
  const seconds = (await run()) ?? (performance.now() - started) / 1000;
  return { seconds, cpuSeconds: readCpuSeconds(pid) - cpuBefore, peakBytes: readPeakMemory(pid), stdout: "" };
}

const REQUESTS = 300;
const TURNS = 5;

let written = 0;
const SMALL = {
  write: (send: Send) => send("POST", "/orgs", { name: `課${(written += 1)}`, code: `C${written}` }),
  read: (send: Send) => send("GET", "/users?limit=1"),
};

/** Sends small requests one after the other to both servers in turn. `seconds` is the median of a request. */
async function sendSmall(bench: Bench, what: keyof typeof SMALL) {
  const servers = [await serve(bench, "store"), await serve(bench, "home")] as const;
  const [store, home] = await Promise.all(servers.map((server) => enter(server)));
  const repeat = async (send: Send | undefined): Promise<number> => {
    const taken: number[] = [];
    for (let n = 0; n < REQUESTS; n += 1) {
      const started = performance.now();
      if (send !== undefined) await SMALL[what](send);
      taken.push((performance.now() - started) / 1000);
    }
    return getMedian(taken);
  };
  for (const send of [store, home]) await repeat(send);
  const works = [
    () => measureServer(servers[0], () => repeat(store)),
    () => measureServer(servers[1], () => repeat(home)),
  ];
  return summarize(await runInTurn(works, TURNS));
}

const summarize = (sides: readonly (readonly ProcessRun[])[]) => {
  const [store, home] = sides.map((runs) => ({
    seconds: getShortestTime(runs.map(({ seconds }) => seconds)),
    cpuSeconds: getShortestTime(runs.map(({ cpuSeconds }) => cpuSeconds)),
    peakBytes: getHighestPeak(runs.map(({ peakBytes }) => peakBytes)),
  }));
  if (store === undefined || home === undefined) throw new TypeError("there are two sides");
  return { store, home };
};

type Sides = ReturnType<typeof summarize>;

const createStoreBenchmark = (
  name: string,
  target: NonNullable<Benchmark["peer"]>["target"],
  measure: (bench: Bench) => Promise<Sides>,
  judge: (sides: Sides) => { readonly ratio: number; readonly note: string },
): Benchmark => ({
  name,
  kind: "long",
  peer: {
    target,
    needs: ["postgres"],
    measure: async (bench, withPeer): Promise<MeasuredResult> => {
      if (!withPeer)
        return { figures: { seconds: 0, peerSeconds: undefined, ratio: undefined, rssMb: undefined }, note: "" };
      const sides = await measure(bench);
      const { store, home } = sides;
      const rssMb = store.peakBytes === undefined ? undefined : store.peakBytes / 1e6;
      const { ratio, note } = judge(sides);
      return { figures: { seconds: store.seconds, peerSeconds: home.seconds, ratio, rssMb }, note };
    },
  },
});

const compareCpu = ({ store, home }: Sides) => ({
  ratio: store.cpuSeconds / home.cpuSeconds,
  note: `processor time: ${store.cpuSeconds.toFixed(2)} s beside ${home.cpuSeconds.toFixed(2)} s`,
});

const IMPORT_RUNS = 2;

async function importUsers(bench: Bench, place: "home" | "store"): Promise<ProcessRun> {
  const file = await openAsBlob((await bench.input(bench.rows)).path);
  const server = await serve(bench, place);
  const send = await enter(server);
  const ran = await measureServer(server, async () => {
    const begun = await send("POST", "/imports", { kind: "users", mode: "append", createOrgs: true });
    const path = `/imports/${(JSON.parse(begun) as { readonly id: string }).id}`;
    const { etag, create } = JSON.parse(await send("PUT", `${path}/content`, file)) as Record<string, unknown>;
    if (create !== bench.rows) throw new Error(`${String(create)} users where ${bench.rows} are expected`);
    await send("POST", `${path}/commit`, { etag });
  });
  bench.endWork();
  return ran;
}

const TENANTS = 300;
const WITHIN_SECONDS = 20;
const AT_ONCE = 8;

/** Another server has written to the tenants; a new one, without local files, writes to all. */
async function writeToMany(bench: Bench): Promise<Sides> {
  const program = await createTenant(bench);
  const names = Array.from({ length: TENANTS }, (_, at) => `${TENANT}-${at}`);
  const url = await fillStore(bench, program, names);
  const write = async (server: RunningServer): Promise<void> => {
    const left = [...names];
    const work = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) await SMALL.write(await enter(server, name));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  };
  const first = await startServer(bench, THIS_CHECKOUT, program.home, "serve a store", url);
  const [fresh] = [await program.copyTo(bench.newPath("home"))];
  await write(first);
  first.stop();
  const second = await startServer(bench, THIS_CHECKOUT, fresh.home, "serve a store", url);
  const run = await measureServer(second, () => write(second));
  return summarize([[run], [{ ...run, seconds: WITHIN_SECONDS }]]);
}

/** Benchmarks of a store that several servers share. The peer is a server of the same tenant in its home. */
export const STORE_BENCHMARKS: readonly Benchmark[] = [
  createStoreBenchmark("small writes to a store", { must: 2 }, (bench) => sendSmall(bench, "write"), compareCpu),
  createStoreBenchmark(
    "small writes to a store, wait",
    { must: 2.5 },
    (bench) => sendSmall(bench, "write"),
    ({ store, home }) => ({ ratio: store.seconds / home.seconds, note: "median of a request" }),
  ),
  createStoreBenchmark(
    "small reads of a store, ms more",
    { must: 1 },
    (bench) => sendSmall(bench, "read"),
    ({ store, home }) => ({ ratio: (store.seconds - home.seconds) * 1000, note: "median of a request" }),
  ),
  createStoreBenchmark(
    "import to a store",
    { must: 1.4, mustRssMb: 300 },
    async (bench) =>
      summarize(await runInTurn([() => importUsers(bench, "store"), () => importUsers(bench, "home")], IMPORT_RUNS)),
    compareCpu,
  ),
  createStoreBenchmark("300 tenants, new server", { must: 1 }, writeToMany, ({ store, home }) => ({
    ratio: store.seconds / home.seconds,
    note: `a sign-in and a write each, ${AT_ONCE} at a time, beside the limit`,
  })),
];
