import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findAuditProblems } from "../content.ts";
import { SeededRandom } from "../random.ts";
import { ServedHome } from "../served.ts";
import type { Trial, Workplace } from "../trial.ts";

let template: Promise<string> | undefined;

/** Calls a function with a new home that has a system administrator. */
async function withHome<T>({ folder }: Workplace, work: (home: string) => Promise<T>): Promise<T> {
  const prepare = async (): Promise<string> => {
    const home = mkdtempSync(join(folder, "served-"));
    await ServedHome.prepare(home);
    return home;
  };
  template ??= prepare();
  const home = mkdtempSync(join(folder, "served-"));
  try {
    await cp(await template, home, { recursive: true });
    return await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Serves a new home, calls a function with it, and stops the server. @returns what is wrong */
const withServer = (
  workplace: Workplace,
  work: (server: ServedHome, home: string) => Promise<readonly string[]>,
): Promise<readonly string[]> =>
  withHome(workplace, async (home) => {
    const server = await ServedHome.start(home);
    try {
      const problems = await work(server, home);
      const code = await server.stop();
      return [...problems, ...(code === 0 ? [] : [`the server ended with ${code}`]), ...findAuditProblems(home)];
    } finally {
      server.running.process.kill("SIGKILL");
    }
  });

const createRounds = (scene: string, rounds: number, attempt: Trial["attempt"]): Trial => ({
  scene,
  places: async () => Array.from({ length: rounds }, (_, at) => `round ${at + 1}`),
  attempt,
});

const roundOf = (place: string): number => Number(place.split(" ").at(-1));

/** Returns the codes of all organisations. */
async function listCodes(server: ServedHome): Promise<readonly string[]> {
  const response = await server.send("/v1/orgs");
  const { items } = (await response.json()) as { readonly items: readonly { readonly code: string | null }[] };
  return items.flatMap(({ code }) => (code === null ? [] : [code]));
}

/** Creates an organisation with an Idempotency-Key. @returns the status; undefined if there was no response */
const createOrg = async (server: ServedHome, code: string): Promise<number | undefined> => {
  try {
    const headers = { "idempotency-key": `key-${code}` };
    const response = await server.send("/v1/orgs", { method: "POST", headers, json: { name: `部署${code}`, code } });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
};

const findDuplicates = (codes: readonly string[]): readonly string[] =>
  codes.filter((code, at) => codes.indexOf(code) !== at);

const CLIENTS = 8;
const MAX_RUN_MS = 1500;

/** Kills a server while clients create organisations, starts it again, and lets the clients repeat what was not answered. */
async function killUnderLoad(place: string, workplace: Workplace): Promise<readonly string[]> {
  const random = new SeededRandom(`${workplace.seed} ${place}`);
  return withHome(workplace, async (home) => {
    const server = await ServedHome.start(home);
    const acknowledged: string[] = [];
    const unanswered: string[] = [];
    const killed = new AbortController();
    const work = async (_: unknown, client: number): Promise<void> => {
      for (let count = 0; !killed.signal.aborted; count += 1) {
        const code = `C${client}-${count}`;
        const status = await createOrg(server, code);
        if (status === 201) acknowledged.push(code);
        else unanswered.push(code);
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, work));
    await sleep(random.below(MAX_RUN_MS));
    await server.stop("SIGKILL");
    killed.abort();
    await clients;
    const again = await ServedHome.start(home);
    try {
      const codes = await listCodes(again);
      const lost = acknowledged.filter((code) => !codes.includes(code));
      const refused: string[] = [];
      for (const code of unanswered) {
        const status = await createOrg(again, code);
        if (status !== 201) refused.push(`${code}: ${status}`);
      }
      const after = await listCodes(again);
      const missing = unanswered.filter((code) => !after.includes(code));
      await again.stop();
      return [
        ...lost.map((code) => `lost: ${code}`),
        ...findDuplicates(after).map((code) => `applied twice: ${code}`),
        ...refused.map((told) => `refused when it was sent again: ${told}`),
        ...missing.map((code) => `not applied when it was sent again: ${code}`),
        ...findAuditProblems(home),
      ];
    } finally {
      again.running.process.kill("SIGKILL");
    }
  });
}

export const SERVED_KILL_TRIALS: readonly Trial[] = [createRounds("requests under load", 100, killUnderLoad)];

const PARALLEL = 50;

const sendOneKey = (_place: string, workplace: Workplace): Promise<readonly string[]> =>
  withServer(workplace, async (server) => {
    const statuses = await Promise.all(Array.from({ length: PARALLEL }, () => createOrg(server, "ONE")));
    const created = statuses.filter((status) => status === 201).length;
    const other = await server.send("/v1/orgs", {
      method: "POST",
      headers: { "idempotency-key": "key-ONE" },
      json: { name: "別", code: "OTHER" },
    });
    const codes = await listCodes(server);
    return [
      ...(created === PARALLEL ? [] : [`${created} of ${PARALLEL} got the response: ${statuses.join(", ")}`]),
      ...(other.status === 422 ? [] : [`the same key with another body: ${other.status}`]),
      ...(codes.length === 1 ? [] : [`organisations: ${codes.join(", ")}`]),
    ];
  });

const PEOPLE = 40;

const buildCsv = (title: string): string =>
  [
    "氏名,メールアドレス,役職",
    ...Array.from({ length: PEOPLE }, (_, at) => `山田 太郎${at},user${at}@example.com,${title}`),
  ].join("\r\n");

/** Sends a request until the server is not busy. */
async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send();
    if (response.status !== 503 && response.status !== 423) return response;
    await response.arrayBuffer();
    await sleep(100);
  }
}

/** Imports a title for all people. @returns the number of the change */
async function importTitle(server: ServedHome, title: string): Promise<number> {
  const created = await untilAnswered(() =>
    server.send("/v1/imports", { method: "POST", json: { kind: "users", fileName: "people.csv" } }),
  );
  const { id } = (await created.json()) as { readonly id: string };
  const headers = { "content-type": "text/csv; charset=utf-8" };
  let planned = await untilAnswered(() =>
    server.send(`/v1/imports/${id}/content`, { method: "PUT", headers, body: buildCsv(title) }),
  );
  for (;;) {
    const text = await planned.text();
    if (!planned.ok) throw new Error(`the plan of ${title} got ${planned.status}: ${text}`);
    const etag = planned.headers.get("etag") ?? "";
    const committed = await untilAnswered(() =>
      server.send(`/v1/imports/${id}/commit`, { method: "POST", headers: { "if-match": etag } }),
    );
    const body = await committed.text();
    if (committed.ok) return Number((JSON.parse(body) as { readonly change: number | null }).change);
    if (committed.status !== 409) throw new Error(`the commit of ${title} got ${committed.status}: ${body}`);
    // another import was committed in between
    planned = await untilAnswered(() => server.send(`/v1/imports/${id}/replan`, { method: "POST" }));
  }
}

/** Returns the different titles of all people, and their number. */
async function listTitles(server: ServedHome) {
  const response = await server.send("/v1/users", { headers: { accept: "application/x-ndjson" } });
  const lines = (await response.text()).split("\n").filter(Boolean);
  const people = lines
    .map((line) => JSON.parse(line) as { readonly name: string; readonly title: string | null })
    .filter(({ name }) => name.startsWith("山田"));
  return { count: people.length, titles: [...new Set(people.map(({ title }) => title))] };
}

const IMPORTS = 20;

/** Imports and lists at the same time. Each list must show the result of one import, and the last change must remain. */
const importAndList = (_place: string, workplace: Workplace): Promise<readonly string[]> =>
  withServer(workplace, async (server) => {
    await importTitle(server, "初");
    const imports = Array.from({ length: IMPORTS }, async (_, at) => ({
      title: `役${at}`,
      change: await importTitle(server, `役${at}`),
    }));
    const lists = Array.from({ length: PARALLEL - IMPORTS }, async (_, at) => {
      await sleep(at * 50);
      return listTitles(server);
    });
    const [made, seen] = await Promise.all([Promise.all(imports), Promise.all(lists)]);
    const last = made.toSorted((one, other) => other.change - one.change)[0]?.title;
    const final = await listTitles(server);
    const mixed = seen.filter(({ count, titles }) => count !== PEOPLE || titles.length !== 1);
    return [
      ...mixed.map(({ count, titles }) => `a list showed ${count} people with ${titles.join(", ")}`),
      ...(final.titles.length === 1 && final.titles[0] === last
        ? []
        : [`the last import was ${last}, and the people have ${final.titles.join(", ")}`]),
      ...(new Set(made.map(({ change }) => change)).size === IMPORTS ? [] : ["two imports have one number"]),
    ];
  });

export const REPEATED_REQUEST_TRIALS: readonly Trial[] = [
  createRounds("one key at once", 20, sendOneKey),
  createRounds("imports and lists at once", 10, importAndList),
];

/** Routes that end the sender's session, or contact an address that the request contains. */
const EXCLUDED_OPERATIONS = [
  "endSession",
  "setAdeEndpoint",
  "resetPassword",
  "revokeRole",
  "transferAccount",
  "editAccount",
  "grantRole",
];

const CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/** Runs schemathesis against a served tenant. @returns its report if it found a failure */
const runSchemathesis = (place: string, workplace: Workplace): Promise<readonly string[]> =>
  withServer(workplace, async (server) => {
    const seed = workplace.seed * 1000 + roundOf(place);
    const excluded = EXCLUDED_OPERATIONS.flatMap((id) => ["--exclude-operation-id", id]);
    const phases = "--phases examples,coverage,fuzzing --max-examples 10 --suppress-health-check all";
    const fixed = `run ${server.url}/openapi.json --url ${server.url} --checks ${CHECKS} ${phases} --continue-on-failure --no-color`;
    const args = [
      ...fixed.split(" "),
      "-H",
      `Authorization: ${server.authorization}`,
      "--seed",
      String(seed),
      ...excluded,
    ];
    const child = spawn("schemathesis", args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    const { status } = await fetch(`${server.url}/readyz`);
    return [
      ...(code === 0
        ? []
        : output
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line) => line.slice(0, 500))),
      ...(status === 200 ? [] : [`the server is not ready: ${status}`]),
    ];
  });

export const SCHEMATHESIS_TRIALS: readonly Trial[] = [createRounds("every route", 20, runSchemathesis)];
