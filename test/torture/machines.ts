import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { Agent, request } from "undici";
import { run, start, type Running } from "#support/process/program.ts";
import { PostgresServer } from "#support/postgres/server.ts";
import { SeededRandom } from "./random.ts";
import { ACCOUNT, PASSWORD, ServedHome } from "./served.ts";

type Log = (line: string) => void;
type MachineFault = "kill" | "stop" | "crash" | "failover" | "import";
export type MachineFaults = Readonly<Partial<Record<MachineFault, number>>>;

const IMPORTING = "imports";
const TENANTS = ["kanto", "kansai", "tohoku", "kyushu"];
const ALL_TENANTS = [...TENANTS, IMPORTING];
const CLIENTS = 8;
/** Longer than a server may keep a transaction without a sign of life. */
/** for some, longer than they may keep their turns */
const STOP_MS = [500, 5500, 20_500];
/** Longest time between two faults. A server needs about half of it until it answers. */
const MAX_PAUSE_MS = 1600;
const PEOPLE = 20_000;
const TIMES_KILLED = 2;
/** Nothing takes as long, whatever happens at the same time. */
const MAX_WAIT_MS = 120_000;

interface Call {
  readonly tenant: string;
  readonly path: string;
  /** CSV, or an object */
  readonly body?: string | object;
  /** by default, GET, PUT of CSV, or POST */
  readonly method?: "PATCH";
  readonly key?: string;
  readonly withinMs?: number;
}

interface Made extends Call {
  readonly id: string;
  name: string;
  isEdited: boolean;
}

/** Members that are used of what a server answers. */
type Answered = Readonly<Record<"id" | "etag" | "secret" | "name", string>> & {
  readonly after: { readonly id: string };
};

const AUDITED = `select sum(action in ('orgs.create', 'users.create')) as made,
  sum(action in ('orgs.edit', 'users.edit')) as edited, sum(action = 'imports.commit') as imports from audit`;

/** A computer with `clomoctl serve`, which is started again at the same address whenever it ends. */
class Machine {
  readonly home: string;
  isStopped = false;
  readonly #postgres: PostgresServer;
  readonly #problems: string[];
  readonly #agent: Agent;
  #running: Running | undefined;

  constructor(home: string, postgres: PostgresServer, problems: string[]) {
    [this.home, this.#postgres, this.#problems] = [home, postgres, problems];
    this.#agent = new Agent({ connect: { socketPath: join(home, "socket") }, connections: 100 });
    this.#start();
  }

  signal(name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void {
    this.#running?.process.kill(name);
    this.isStopped = name === "SIGSTOP";
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
    this.signal("SIGTERM");
    await this.#running?.ended;
  }

  /** Returns status 0 if there is no response. */
  async ask({ tenant, path, body, method, key = "", withinMs = MAX_WAIT_MS }: Call, secret = "") {
    const [type, usual] = typeof body === "string" ? ["text/csv; charset=utf-8", "PUT"] : ["application/json", "POST"];
    try {
      const response = await request(`http://localhost/t/${tenant}/v1${path}`, {
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(withinMs),
        method: method ?? (body === undefined ? "GET" : usual),
        headers: { "content-type": type, "idempotency-key": key, ...(secret && { authorization: `Bearer ${secret}` }) },
        body: typeof body === "object" ? JSON.stringify(body) : (body ?? null),
      });
      const [status, text] = [response.statusCode, await response.body.text()];
      if (status === 503 && !("retry-after" in response.headers)) this.#problems.push(`no Retry-After: ${text}`);
      return { status, text };
    } catch {
      return { status: 0, text: "" };
    }
  }

  #start(): void {
    const words = ["serve", "--store", this.#postgres.url(), "--listen", `unix:${join(this.home, "socket")}`];
    this.#running = start(words, { home: this.home, cwd: this.home, env: this.#postgres.environment });
    void this.#running.ended.then(async ({ code, signal, stderr }) => {
      // without a database, a server does not start, and snapshots have to wait
      const isUnusual = (line: string) => !/^$|^\{(?!.*"status":500)|no snapshot(?: of \S+)? was stored/.test(line);
      if (code !== 7) this.#problems.push(...stderr.split("\n").filter(isUnusual));
      if (![0, 7, "SIGKILL", "SIGTERM"].includes(code ?? `${signal}`))
        this.#problems.push(`a server ended with ${code} ${signal}`);
      if (code === 7) await sleep(200);
      if (!this.#agent.destroyed) this.#start();
    });
  }
}

/**
 * Three servers of one store. Clients send each write with one key to one server after the other, until one acknowledges
 * it; meanwhile, faults happen.
 */
class Machines {
  readonly counts = { written: 0, imports: 0, appliedByKilled: 0, statuses: {} as Record<number, number> };
  readonly problems: string[] = [];
  readonly #folder: string;
  readonly #postgres: PostgresServer;
  readonly #random: SeededRandom;
  readonly #machines: Machine[] = [];
  readonly #secrets = new Map<string, string>();
  readonly #made: Made[] = [];
  #resumed = Promise.resolve();
  #commitMs = 1500;
  #isOver = false;

  constructor(folder: string, postgres: PostgresServer, random: SeededRandom) {
    [this.#folder, this.#postgres, this.#random] = [folder, postgres, random];
  }

  async #prepare(): Promise<void> {
    await ServedHome.prepare(this.#folder);
    await this.#run("tenant backup -o backup.db");
    await this.#run(`serve init --store ${this.#postgres.url()}`);
    for (const tenant of ALL_TENANTS)
      await this.#run(`serve add ${tenant} --from backup.db --store ${this.#postgres.url()}`);
    for (const name of ["one", "two", "three"]) await this.#addMachine(name);
    for (const tenant of ALL_TENANTS) {
      const body = { account: ACCOUNT, password: PASSWORD };
      this.#secrets.set(tenant, (await this.#read({ tenant, path: "/sessions", body })).secret);
    }
  }

  /** Lets clients work until all faults have happened, and then compares what was acknowledged with what is there. */
  async run(faults: readonly MachineFault[], log?: Log): Promise<void> {
    await this.#prepare();
    const seeds = Array.from({ length: CLIENTS }, () => String(this.#random.below(2 ** 31)));
    const clients = Promise.all(seeds.map((seed) => this.#work(new SeededRandom(seed))));
    clients.catch(() => undefined);
    for (const fault of faults) {
      await sleep(this.#random.below(MAX_PAUSE_MS));
      log?.(`${fault} ${JSON.stringify([await this.#faults[fault](), this.counts])}`);
    }
    await this.#resumed;
    this.#isOver = true;
    await clients;
    await this.#compare();
    await this.close();
    for (const tenant of ALL_TENANTS) await this.#checkFile(tenant);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#machines.map((machine) => machine.close()));
  }

  readonly #faults: Readonly<Record<MachineFault, () => unknown>> = {
    kill: () => this.#random.of(this.#machines.filter(({ isStopped }) => !isStopped)).signal("SIGKILL"),
    stop: async () => {
      await this.#resumed;
      const machine = this.#random.of(this.#machines);
      machine.signal("SIGSTOP");
      this.#resumed = sleep(this.#random.of(STOP_MS) + this.#random.below(1500)).then(() => machine.signal("SIGCONT"));
    },
    crash: async () => {
      await this.#postgres.stop(this.#random.of(["SIGQUIT", "SIGKILL"]));
      await sleep(this.#random.below(1500));
      await this.#postgres.start();
      await this.#postgres.untilSynchronous();
    },
    failover: () => this.#postgres.failOver(),
    import: () => this.#resumed.then(() => this.#import()),
  };

  /** A client creates something, changes what was created, or reads it. What was acknowledged must be seen by everybody. */
  async #work(random: SeededRandom): Promise<void> {
    while (!this.#isOver) {
      const [way, withinMs] = [random.below(10), 1000 + random.below(3000)];
      const known = way < 5 || this.#made.length === 0 ? undefined : random.of(this.#made);
      if (known === undefined) {
        const [tenant, path, unique] = [random.of(TENANTS), random.of(["/orgs", "/users"]), randomUUID()];
        const name = `${tenant} ${unique}`;
        const body = path === "/orgs" ? { name } : { name, emails: [`${unique}@example.com`] };
        const { after } = await this.#read({ tenant, path, body, withinMs }, random);
        this.#made.push({ tenant, path, id: after.id, name, isEdited: false });
      } else if (way < 7 && !known.isEdited) {
        // once: if the client gives a request up and repeats it, the former can come true later
        known.isEdited = true;
        const [path, body] = [`${known.path}/${known.id}`, { name: `${known.name} changed` }];
        await this.#send({ ...known, method: "PATCH", path, body, withinMs }, random);
        known.name = body.name;
      } else {
        const { tenant, path, id, name } = known;
        const found = await this.#send({ tenant, path: `${path}/find?name=${id}`, withinMs }, random);
        if (!found.includes(`"${name}`)) this.problems.push(`not read: ${name} in ${found}`);
      }
    }
  }

  /** Repeats a call until it is answered. @throws if the answer is a refusal */
  async #send(given: Call, random = this.#random, among: readonly Machine[] = this.#machines): Promise<string> {
    const call = { key: randomUUID(), ...given };
    for (const end = performance.now() + MAX_WAIT_MS; ;) {
      const { status, text } = await random.of(among).ask(call, this.#secrets.get(call.tenant));
      this.counts.statuses[status] = (this.counts.statuses[status] ?? 0) + 1;
      if (status === 200) return text;
      if (![0, 423, 503].includes(status) || performance.now() > end)
        throw new Error(`${call.tenant} ${call.path}: ${status} ${text}`);
      await sleep(50 + random.below(150));
    }
  }

  async #read(call: Call, random = this.#random): Promise<Answered> {
    return JSON.parse(await this.#send(call, random)) as Answered;
  }

  /** Kills servers while they commit an import, which is sent again with the same key to others. */
  async #import(): Promise<string> {
    const [tenant, title] = [IMPORTING, `役${(this.counts.imports += 1)}`];
    const rows = Array.from({ length: PEOPLE }, (_, n) => `山田 ${n},u${n}@example.com,${title}`);
    const { id } = await this.#read({ tenant, path: "/imports", body: { kind: "users" } });
    const path = `/imports/${id}`;
    const body = ["氏名,メールアドレス,役職", ...rows].join("\n");
    const { etag } = await this.#read({ tenant, path: `${path}/content`, body });
    const call = { tenant, path: `${path}/commit`, body: { etag }, key: randomUUID() };
    const [before, after] = [await this.#readTitles(this.#machines), `${PEOPLE} of "title":"${title}"`];
    const seen: string[] = [];
    let isApplied = false;
    for (let kills = 0; kills < TIMES_KILLED; kills++) {
      const [machine, ms] = [this.#random.of(this.#machines), this.#random.below(this.#commitMs + 500)];
      const sent = machine.ask(call, this.#secrets.get(tenant));
      await sleep(ms);
      machine.signal("SIGKILL");
      const { status, text } = await sent;
      if (![0, 200, 503].includes(status)) this.problems.push(`${title}: ${text}`);
      const now = await this.#readTitles(this.#machines.filter((other) => other !== machine));
      isApplied = now === after;
      if (!isApplied && now !== before) this.problems.push(`a part of ${title}: ${now}`);
      this.counts.appliedByKilled += Number(isApplied);
      seen.push(`after ${ms} of ${this.#commitMs} ms: status ${status}, ${isApplied ? "" : "not "}applied`);
    }
    const sentAt = performance.now();
    await this.#send(call);
    if (!isApplied) this.#commitMs = Math.round(performance.now() - sentAt);
    for (const machine of this.#machines)
      if ((await this.#readTitles([machine])) !== after) this.problems.push(`${title} is not whole`);
    return seen.join("; ");
  }

  async #readTitles(among: readonly Machine[]): Promise<string> {
    const list = await this.#send({ tenant: IMPORTING, path: "/users" }, this.#random, among);
    const titles = list.match(/"title":"役\d+"/g) ?? [];
    return `${titles.length} of ${[...new Set(titles)].join()}`;
  }

  async #addMachine(name: string): Promise<void> {
    const home = join(this.#folder, name);
    await cp(join(this.#folder, "sealing.key"), join(home, "sealing.key"));
    this.#machines.push(new Machine(home, this.#postgres, this.problems));
  }

  async #run(line: string): Promise<void> {
    const [home, env] = [this.#folder, this.#postgres.environment];
    const { code, stderr } = await run(line.split(" "), { home, cwd: home, env });
    if (code !== 0) throw new Error(`${line}: ${code} ${stderr}`);
  }

  /** A new server, too, must have what the others have: everything that was acknowledged, once. */
  async #compare(): Promise<void> {
    this.counts.written = this.#made.length + this.#made.filter(({ isEdited }) => isEdited).length;
    await this.#addMachine("fresh");
    for (const tenant of ALL_TENANTS)
      for (const path of ["/orgs", "/users"]) {
        const ask = (machine: Machine) => this.#send({ tenant, path }, this.#random, [machine]);
        const [list = "", ...others] = await Promise.all(this.#machines.map(ask));
        if (others.some((other) => other !== list)) this.problems.push(`${tenant}: servers have different ${path}`);
        if (tenant === IMPORTING) continue;
        // the first is the root organisation or the first administrator
        const found = list
          .trim()
          .split("\n")
          .map((line) => (JSON.parse(line) as Answered).name);
        const made = this.#made.filter((one) => one.tenant === tenant && one.path === path).map(({ name }) => name);
        const [lost, more] = [new Set(made).difference(new Set(found)), found.length - 1 - made.length];
        if (lost.size > 0 || more !== 0) this.problems.push(`${tenant}${path}: lost ${[...lost].join()}, ${more} more`);
      }
    for (const { home } of this.#machines)
      for (const name of await readdir(join(home, "copies")))
        if (/\.\d{8}T/.test(name)) this.problems.push(`put aside: ${name}`);
  }

  async #checkFile(tenant: string): Promise<void> {
    await this.#run(`serve take ${tenant} -o ${tenant}.db --store ${this.#postgres.url()}`);
    await this.#run(`context add ${tenant} --from ${tenant}.db`);
    await this.#run(`audit verify --context ${tenant}`);
    using database = new DatabaseSync(join(this.#folder, `${tenant}.db`), { readOnly: true });
    const own = this.#made.filter((one) => one.tenant === tenant);
    const imports = tenant === IMPORTING ? this.counts.imports : 0;
    const expected = { made: own.length + 1, edited: own.filter(({ isEdited }) => isEdited).length, imports };
    const audited = { ...database.prepare(AUDITED).get() };
    if (!isDeepStrictEqual(audited, expected)) this.problems.push(JSON.stringify({ tenant, audited, expected }));
  }
}

/** Lets faults happen in an order that the seed decides. @returns what is wrong */
export async function tryMachines(parent: string, seed: string, faults: MachineFaults, log?: Log) {
  const folder = mkdtempSync(join(parent, "machines-"));
  const random = new SeededRandom(seed);
  const left = Object.entries(faults).flatMap(([fault, n]) => Array.from({ length: n }, () => fault as MachineFault));
  const order = left.slice().flatMap(() => left.splice(random.below(left.length), 1));
  const postgres = await PostgresServer.open({ standby: true });
  const machines = new Machines(folder, postgres, random);
  try {
    await machines.run(order, log);
  } catch (error) {
    machines.problems.push(String(error));
  }
  await machines.close();
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
  log?.(JSON.stringify({ seed, faults, ...machines.counts, problems: machines.problems }));
  return machines.problems;
}
