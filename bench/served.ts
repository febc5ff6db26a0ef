import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { buildCreatedCounts, verifyStored, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { readPeakMemory, type ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { countLines } from "./records.ts";
import { startServer } from "./serving.ts";
import { getHighestPeak } from "./statistics.ts";
import { createLongBenchmark, type Benchmark } from "./works.ts";

const ADMINISTRATOR = "admin@example.jp";

/** A served tenant, and a program that is signed in to it. */
interface Served {
  /** the program with the tenant */
  readonly tenant: MeasuredProgram;
  /** the program whose commands go to the server */
  readonly client: MeasuredProgram;
  readonly url: string;
  /** the client's secret */
  readonly secret: string;
  /** Returns the highest memory of the server so far, in bytes. */
  readonly peakBytes: () => number | undefined;
  readonly stop: () => void;
}

/** Creates the first administrator of a tenant. @returns path of the file with the password */
async function createAdministrator(bench: Bench, tenant: MeasuredProgram): Promise<string> {
  const password = bench.newPath("password");
  await writeFile(password, "Invented1\n", { mode: 0o600 });
  await tenant.run("serve", "init", "--account", ADMINISTRATOR, "--password-file", password);
  return password;
}

/** Serves a tenant, whose first administrator is created, and signs in to it. */
async function serveTenant(bench: Bench, checkout: Checkout, tenant: MeasuredProgram): Promise<Served> {
  const password = await createAdministrator(bench, tenant);
  const serve = [checkout.door, "serve", "--listen", "127.0.0.1:0", "--rate", "0"];
  const { url, pid, stop } = await startServer(bench, serve, tenant.home);
  const client = await bench.emptyTenant(checkout);
  await client.run("context", "add", "served", "--url", url, "--use");
  await client.run("login", "--account", ADMINISTRATOR, "--password-file", password);
  const answer = await request(`${url}/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: ADMINISTRATOR, password: "Invented1" }),
  });
  const { secret } = (await answer.body.json()) as { readonly secret: string };
  return { tenant, client, url, secret, peakBytes: () => readPeakMemory(pid), stop };
}

/** Imports a file into a tenant that has only an administrator. @param client the program that imports */
async function importBesideAdministrator(bench: Bench, tenant: MeasuredProgram, client: MeasuredProgram) {
  const { path } = await bench.input(bench.rows);
  const ran = await client.importUsers(path, buildCreatedCounts(bench.rows, true));
  verifyStored(tenant, bench.rows + 1);
  return ran;
}

/**
 * Imports through a server into a new tenant. The memory is that of the server. The peer's tenant has the same
 * administrator, because an import into a tenant with users looks for each of its own among them.
 */
const SERVED_IMPORT_BENCHMARK = createLongBenchmark({
  name: "import through serve",
  target: { must: 1.15, mustRssMb: 300 },
  needs: [],
  ours: async (bench, checkout) => {
    await bench.input(bench.rows);
    return () =>
      bench.withEmptyTenant(checkout, async (tenant) => {
        const { client, peakBytes, stop } = await serveTenant(bench, checkout, tenant);
        const ran = await importBesideAdministrator(bench, tenant, client);
        const peak = peakBytes();
        stop();
        return { ...ran, peakBytes: peak };
      });
  },
  peer: async (bench) => () =>
    bench.withEmptyTenant(THIS_CHECKOUT, async (tenant) => {
      await createAdministrator(bench, tenant);
      return importBesideAdministrator(bench, tenant, tenant);
    }),
  note: ({ rows }) => `the tenant holds ${rows} users and the administrator; memory of the server`,
});

/** Copies the tenant with all users, so that the copy can be served. */
async function copyFilledTenant(bench: Bench, checkout: Checkout): Promise<MeasuredProgram> {
  const filled = await bench.filledTenant(checkout);
  const copy = await bench.emptyTenant(checkout);
  await mkdir(join(copy.database, ".."), { recursive: true });
  await copyFile(filled.database, copy.database);
  return copy;
}

/** Lists all users through a server. The memory is the higher one of both ends. */
const SERVED_LIST_BENCHMARK = createLongBenchmark({
  name: "users list through serve",
  // flat, whatever the number of users: 179 MB for 200,000 and 183 MB for 1,000,000
  target: { must: 1.5, mustRssMb: 200 },
  needs: [],
  ours: async (bench, checkout) => {
    const { client, peakBytes } = await serveTenant(bench, checkout, await copyFilledTenant(bench, checkout));
    const file = bench.newPath("users.ndjson");
    await client.listUsers(file);
    const found = await countLines(file);
    if (found !== bench.rows + 1) throw new Error(`${found} lines where ${bench.rows + 1} are expected`);
    return async () => {
      const ran = await client.listUsers("/dev/null");
      return { ...ran, peakBytes: getHighestPeak([ran.peakBytes, peakBytes()]) };
    };
  },
  peer: async (bench) => {
    const program = await bench.filledTenant(THIS_CHECKOUT);
    return () => program.listUsers("/dev/null");
  },
  note: ({ rows }) => `${rows + 1} lines in a run before; memory of the larger end`,
});

/** Number of connections and of requests with which short requests are measured. */
const CONNECTIONS = 32;
const REQUESTS = 10_000;

/** Sends the same request many times through many connections. */
async function measureRequests(url: string, secret: string): Promise<ProcessRun> {
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const headers = { authorization: `Bearer ${secret}` };
  let left = REQUESTS;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { statusCode, body } = await request(url, { dispatcher, headers });
      const text = await body.text();
      if (statusCode !== 200 || text === "") throw new Error(`${statusCode} ${text.slice(0, 100)}`);
    }
  };
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  await dispatcher.close();
  return { seconds, peakBytes: undefined, stdout: "" };
}

/** Measures short requests. The peer is the same listener, which answers with one prepared statement. */
const SERVED_REQUESTS_BENCHMARK = createLongBenchmark({
  name: "requests to serve",
  target: { must: 2 },
  needs: [],
  ours: async (bench, checkout) => {
    const { url, secret } = await serveTenant(bench, checkout, await copyFilledTenant(bench, checkout));
    const path = `${url}/v1/users?limit=1`;
    await measureRequests(path, secret);
    return () => measureRequests(path, secret);
  },
  peer: async (bench) => {
    const { database } = await bench.filledTenant(THIS_CHECKOUT);
    const { url } = await startServer(bench, [join(import.meta.dirname, "select-server.ts"), database]);
    await measureRequests(url, "none");
    return () => measureRequests(url, "none");
  },
  note: () => `GET /v1/users?limit=1, ${REQUESTS} requests, ${CONNECTIONS} connections`,
});

/** Maximum duration of a short request while a server imports. */
const MAX_REQUEST_SECONDS = 0.1;

/** How often a request is sent, whether or not the one before was answered. */
const PROBE_INTERVAL_MS = 20;

/** Sends two kinds of short requests in turn, until it is stopped. Stopping it returns their seconds. */
function startProbing({ url, secret }: Pick<Served, "url" | "secret">): () => Promise<readonly number[]> {
  const dispatcher = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  const paths = ["/readyz", "/v1/orgs?limit=1"];
  const answers: Promise<number>[] = [];
  const ask = async (path: string): Promise<number> => {
    const started = process.hrtime.bigint();
    const { statusCode, body } = await request(url + path, {
      dispatcher,
      headers: { authorization: `Bearer ${secret}` },
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${path}: ${statusCode} ${text.slice(0, 100)}`);
    return Number(process.hrtime.bigint() - started) / 1e9;
  };
  const timer = setInterval(() => {
    const answer = ask(paths[answers.length % paths.length] ?? "");
    answer.catch(() => undefined);
    answers.push(answer);
  }, PROBE_INTERVAL_MS);
  return async () => {
    clearInterval(timer);
    const seconds = await Promise.all(answers);
    await dispatcher.close();
    return seconds;
  };
}

const getPercentile = (values: readonly number[], percent: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * percent) / 100) - 1] ?? Number.NaN;

/** Measures the slowest percent of short requests while a server plans, commits and undoes an import. */
const SERVED_PROBE_BENCHMARK: Benchmark = createLongBenchmark({
  name: "requests while serve imports",
  target: { must: 1 },
  needs: [],
  times: 1,
  ours: async (bench, checkout) => {
    const { path } = await bench.input(bench.rows);
    return () =>
      bench.withEmptyTenant(checkout, async (tenant) => {
        const served = await serveTenant(bench, checkout, tenant);
        const stopProbing = startProbing(served);
        const imported = async (): Promise<void> => {
          await served.client.importUsers(path, buildCreatedCounts(bench.rows, true));
          // all of them except the tenant's own organisation are new
          const created = bench.rows + tenant.countRows("org") - 1;
          await served.client.run("undo", "last", "--context", "served", "--confirm-deletions", String(created));
        };
        await imported().catch(async (error: unknown) => {
          await stopProbing();
          throw error;
        });
        const seconds = await stopProbing();
        verifyStored(tenant, 1);
        const peakBytes = served.peakBytes();
        served.stop();
        return { seconds: getPercentile(seconds, 99), peakBytes, stdout: "" };
      });
  },
  peer: async () => async () => ({ seconds: MAX_REQUEST_SECONDS, peakBytes: undefined, stdout: "" }),
  note: () => `99th percentile of /readyz and /v1/orgs?limit=1 beside the limit; one every ${PROBE_INTERVAL_MS} ms`,
});

/** Benchmarks of a served tenant. Their peers are the same works without a server, or limits. */
export const SERVED_BENCHMARKS: readonly Benchmark[] = [
  SERVED_IMPORT_BENCHMARK,
  SERVED_LIST_BENCHMARK,
  SERVED_REQUESTS_BENCHMARK,
  SERVED_PROBE_BENCHMARK,
];
