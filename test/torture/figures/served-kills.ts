import { setTimeout as sleep } from "node:timers/promises";
import { findAuditProblems } from "../content.ts";
import { SeededRandom } from "../random.ts";
import { ServedHome } from "../served.ts";
import type { Trial, Workplace } from "../trial.ts";
import { createOrg, createRounds, listCodes, untilAnswered, withHome } from "./served-rounds.ts";

const ORG_CLIENTS = 4;
const IMPORT_CLIENTS = 2;
const PEOPLE = 200;
/** Longest time from the first import to the kill. */
const MAX_RUN_MS = 1500;

/** An import that a client sends in three requests, and how far the client got. */
interface ClientImport {
  readonly name: string;
  id?: string;
  /** the state of the last plan; undefined until the server has sent a plan */
  etag?: string;
  isCommitSent: boolean;
  isCommitted: boolean;
}

interface Planned {
  readonly etag: string;
}

async function readJson<T>(response: Response, what: string): Promise<T> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what} got ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Commits a plan, and plans again if it is outdated. A commit that is sent again has the same Idempotency-Key. */
async function commitPlan(server: ServedHome, sent: ClientImport): Promise<void> {
  for (;;) {
    const { id = "", etag = "" } = sent;
    sent.isCommitSent = true;
    const headers = { "idempotency-key": `commit-${id}-${etag.replaceAll('"', "")}` };
    const response = await untilAnswered(() =>
      server.send(`/v1/imports/${id}/commit`, { method: "POST", headers, json: { etag } }),
    );
    if (response.status !== 409) {
      await readJson(response, `the commit of ${sent.name}`);
      sent.isCommitted = true;
      return;
    }
    await response.arrayBuffer();
    await planImport(server, sent);
  }
}

async function sendImport(server: ServedHome, sent: ClientImport): Promise<void> {
  await planImport(server, sent);
  await commitPlan(server, sent);
}

async function planImport(server: ServedHome, sent: ClientImport): Promise<void> {
  const json = { kind: "users", fileName: `${sent.name}.csv` };
  const created = await untilAnswered(() => server.send("/v1/imports", { method: "POST", json }));
  const { id } = await readJson<{ readonly id: string }>(created, `the import ${sent.name}`);
  sent.id = id;
  const headers = { "content-type": "text/csv; charset=utf-8" };
  const body = [
    "氏名,メールアドレス",
    ...Array.from({ length: PEOPLE }, (_, at) => `${sent.name},${sent.name}-${at}@example.com`),
  ].join("\r\n");
  const planned = await untilAnswered(() => server.send(`/v1/imports/${id}/content`, { method: "PUT", headers, body }));
  sent.etag = (await readJson<Planned>(planned, `the plan of ${sent.name}`)).etag;
}

/** The changes that clients of a server sent, with those that the server acknowledged. */
class Load {
  readonly #acknowledgedCodes: string[] = [];
  readonly #unansweredCodes: string[] = [];
  readonly #imports: ClientImport[] = [];
  readonly #problems: string[] = [];
  readonly #begun = Promise.withResolvers<undefined>();

  /** Resolves as soon as the server has committed an import; before that, it still loads its modules. */
  get begun(): Promise<unknown> {
    return this.#begun.promise;
  }

  async send(server: ServedHome): Promise<void> {
    await Promise.all([
      ...Array.from({ length: ORG_CLIENTS }, (_, client) => this.#sendOrgs(server, client)),
      ...Array.from({ length: IMPORT_CLIENTS }, (_, client) => this.#sendImports(server, client)),
    ]);
  }

  async #sendOrgs(server: ServedHome, client: number): Promise<void> {
    for (let count = 0; ; count += 1) {
      const code = `C${client}-${count}`;
      const status = await createOrg(server, code);
      if (status !== 200) return void this.#unansweredCodes.push(code);
      this.#acknowledgedCodes.push(code);
    }
  }

  async #sendImports(server: ServedHome, client: number): Promise<void> {
    for (let count = 0; ; count += 1) {
      const sent: ClientImport = { name: `I${client}-${count}`, isCommitSent: false, isCommitted: false };
      this.#imports.push(sent);
      if (!(await this.#isAnswered(sendImport(server, sent)))) return;
      this.#begun.resolve(undefined);
    }
  }

  /** Waits for a response, and notes a refusal. @returns false if the server was killed, or refused the request */
  async #isAnswered(request: Promise<void>): Promise<boolean> {
    try {
      await request;
      return true;
    } catch (error) {
      // `fetch` throws a TypeError if there is no server
      if (!(error instanceof TypeError)) this.#problems.push(String(error));
      this.#begun.resolve(undefined);
      return false;
    }
  }

  /** Sends all changes again that were not acknowledged, and compares the tenant with what was sent. */
  async repeat(server: ServedHome): Promise<readonly string[]> {
    const codes = await listCodes(server);
    const people = await countPeople(server);
    const lostCodes = this.#acknowledgedCodes.filter((code) => !codes.includes(code));
    const torn = this.#imports.filter(({ name, isCommitSent, isCommitted }) => {
      const count = people.get(name) ?? 0;
      return isCommitted ? count !== PEOPLE : count !== 0 && !(isCommitSent && count === PEOPLE);
    });
    const refused: string[] = [];
    for (const code of this.#unansweredCodes) {
      const status = await createOrg(server, code);
      if (status !== 200) refused.push(`${code}: ${status}`);
    }
    for (const sent of this.#imports.filter(({ isCommitted }) => !isCommitted))
      // an import without a plan starts again; its first start must leave nothing behind
      await this.#isAnswered(sent.etag === undefined ? sendImport(server, sent) : commitPlan(server, sent));
    const codesAfter = await listCodes(server);
    const peopleAfter = await countPeople(server);
    const commits = await countCommits(server);
    return [
      ...this.#problems,
      ...lostCodes.map((code) => `lost: ${code}`),
      ...torn.map(({ name }) => `lost, or applied without a commit: ${people.get(name) ?? 0} people of ${name}`),
      ...refused.map((told) => `refused when it was sent again: ${told}`),
      ...codesAfter.filter((code, at) => codesAfter.indexOf(code) !== at).map((code) => `applied twice: ${code}`),
      ...this.#unansweredCodes
        .filter((code) => !codesAfter.includes(code))
        .map((code) => `not applied when it was sent again: ${code}`),
      ...this.#imports
        .filter(({ name }) => peopleAfter.get(name) !== PEOPLE || commits.get(`${name}.csv`) !== 1)
        .map(
          ({ name }) =>
            `${name}: ${peopleAfter.get(name) ?? 0} people, committed ${commits.get(`${name}.csv`) ?? 0} times`,
        ),
    ];
  }
}

const countBy = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

async function countPeople(server: ServedHome): Promise<ReadonlyMap<string, number>> {
  const response = await server.send("/v1/users", { headers: { accept: "application/x-ndjson" } });
  const lines = (await response.text()).split("\n").filter(Boolean);
  return countBy(lines.map((line) => (JSON.parse(line) as { readonly name: string }).name));
}

async function countCommits(server: ServedHome): Promise<ReadonlyMap<string, number>> {
  interface ListedImport {
    readonly fileName: string;
    readonly state: string;
  }
  const response = await server.send("/v1/imports");
  const imports = await readJson<readonly ListedImport[]>(response, "the list of imports");
  return countBy(imports.filter(({ state }) => state === "committed").map(({ fileName }) => fileName));
}

/** Kills a server while clients write, starts it again, and lets them repeat what was not acknowledged. */
const killUnderLoad = (place: string, workplace: Workplace): Promise<readonly string[]> =>
  withHome(workplace, async (home) => {
    const random = new SeededRandom(`${workplace.seed} ${place}`);
    const load = new Load();
    const server = await ServedHome.start(home);
    const clients = load.send(server);
    await load.begun;
    await sleep(random.below(MAX_RUN_MS));
    await server.stop("SIGKILL");
    await clients;
    const again = await ServedHome.start(home);
    try {
      const problems = await load.repeat(again);
      await again.stop();
      return [...problems, ...findAuditProblems(home)];
    } finally {
      again.running.process.kill("SIGKILL");
    }
  });

export const SERVED_KILL_TRIALS: readonly Trial[] = [createRounds("requests and imports", 100, killUnderLoad)];
