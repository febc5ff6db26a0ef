import { writeFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { buildCreatedCounts, type Bench } from "./bench.ts";
import { THIS_CHECKOUT, type Checkout } from "./checkout.ts";
import { readCpuSeconds, readPeakMemory, type ProcessRun } from "./process.ts";
import type { MeasuredProgram } from "./program.ts";
import { startServer } from "./serving.ts";
import { getHighestPeak } from "./statistics.ts";
import { createRivalBenchmark, verifyListed, type Benchmark } from "./works.ts";

const ADMINISTRATOR = "admin@example.jp";
const PASSWORD = "Invented1";

/** A served tenant, and a program that is signed in to it. */
interface Served {
  /** the program whose commands go to the server */
  readonly client: MeasuredProgram;
  readonly url: string;
  /** Runs something at the server. Adds the server's processor time and memory to it. */
  readonly measure: (run: () => Promise<ProcessRun>) => Promise<ProcessRun>;
  readonly stop: () => void;
}

/** Creates the first administrator of a tenant. @returns path of the file with the password */
export async function createAdministrator(bench: Bench, tenant: MeasuredProgram): Promise<string> {
  const password = bench.newPath("password");
  await writeFile(password, `${PASSWORD}\n`, { mode: 0o600 });
  await tenant.run("create the first administrator", ADMINISTRATOR, password);
  return password;
}

/** Serves a tenant, whose first administrator is created, and signs in to it. */
async function serveTenant(bench: Bench, checkout: Checkout, tenant: MeasuredProgram): Promise<Served> {
  const password = await createAdministrator(bench, tenant);
  const { url, pid, stop } = await startServer(bench, checkout, tenant.home, "serve");
  const client = await bench.emptyTenant(checkout);
  await client.run("add a server", url);
  await client.run("sign in", ADMINISTRATOR, password);
  return {
    client,
    url,
    measure: async (run) => {
      const before = readCpuSeconds(pid);
      const ran = await run();
      const peakBytes = getHighestPeak([ran.peakBytes, readPeakMemory(pid)]);
      return { ...ran, cpuSeconds: ran.cpuSeconds + readCpuSeconds(pid) - before, peakBytes };
    },
    stop,
  };
}

/** Imports a file into a tenant that has only an administrator. @param client the program that imports */
async function importBesideAdministrator(
  bench: Bench,
  tenant: MeasuredProgram,
  client: MeasuredProgram,
): Promise<ProcessRun> {
  const { path } = await bench.input(bench.rows);
  const ran = await client.import("import users", path, buildCreatedCounts(bench.rows, true));
  tenant.verifyStored("users", bench.rows + 1);
  return ran;
}

/**
 * Imports through a server into a new tenant. The peer's tenant has the same administrator, because an import into a
 * tenant with users looks for each of its own among them.
 */
const SERVED_IMPORT_BENCHMARK = createRivalBenchmark({
  name: "import through serve",
  kind: "import",
  target: { must: 1.1, mustRssMb: 300 },
  needs: [],
  ours: async (bench, checkout) => () =>
    bench.withEmptyTenant(checkout, async (tenant) => {
      const { client, measure, stop } = await serveTenant(bench, checkout, tenant);
      try {
        return await measure(() => importBesideAdministrator(bench, tenant, client));
      } finally {
        stop();
      }
    }),
  peer: async (bench) => () =>
    bench.withEmptyTenant(THIS_CHECKOUT, async (tenant) => {
      await createAdministrator(bench, tenant);
      return importBesideAdministrator(bench, tenant, tenant);
    }),
  note: ({ rows }) => `the tenant holds ${rows} users and the administrator; memory of the larger end`,
});

/** Lists all users through a server. */
const SERVED_LIST_BENCHMARK = createRivalBenchmark({
  name: "users list through serve",
  kind: "long",
  target: { must: 1.4, mustRssMb: 200 },
  needs: [],
  ours: async (bench, checkout) => {
    const { client, measure } = await serveTenant(bench, checkout, await bench.copyOfFilledTenant(checkout));
    await verifyListed(bench, client, bench.rows + 1);
    return () => measure(() => client.runInto("/dev/null", "list users"));
  },
  peer: async (bench) => {
    const program = await bench.filledTenant(THIS_CHECKOUT);
    return () => program.runInto("/dev/null", "list users");
  },
  note: ({ rows }) => `${rows + 1} lines in a run before; memory of the larger end`,
});

/** Number of connections and of requests with which short requests are measured. */
const CONNECTIONS = 32;
const REQUESTS = 10_000;

/** Signs in to a server. @returns the secret of the session */
export async function signIn(url: string): Promise<string> {
  const { body } = await request(`${url}/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: ADMINISTRATOR, password: PASSWORD }),
  });
  const { secret } = (await body.json()) as { readonly secret: string };
  return secret;
}

/** Sends the same request many times through many connections. What that costs this process does not count. */
async function sendRequests(url: string, secret: string): Promise<ProcessRun> {
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
  return { seconds, cpuSeconds: 0, peakBytes: undefined, stdout: "" };
}

const SERVED_REQUESTS_BENCHMARK: Benchmark = {
  name: "requests to serve",
  kind: "long",
  ours: async (bench, checkout) => {
    const { url, measure } = await serveTenant(bench, checkout, await bench.copyOfFilledTenant(checkout));
    const [path, secret] = [`${url}/v1/users?limit=1`, await signIn(url)];
    await sendRequests(path, secret);
    return () => measure(() => sendRequests(path, secret));
  },
};

/** Benchmarks of a served tenant. Their peers are the same works without a server. */
export const SERVED_BENCHMARKS: readonly Benchmark[] = [
  SERVED_IMPORT_BENCHMARK,
  SERVED_LIST_BENCHMARK,
  SERVED_REQUESTS_BENCHMARK,
];
