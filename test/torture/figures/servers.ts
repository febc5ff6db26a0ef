import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServedHome } from "../served.ts";
import type { Trial, Workplace } from "../trial.ts";
import { createOrg, createRounds, listCodes, roundOf, untilAnswered, withServer } from "./served-rounds.ts";

const PARALLEL = 50;

const sendOneKey = (_place: string, workplace: Workplace): Promise<readonly string[]> =>
  withServer(workplace, async (server) => {
    const statuses = await Promise.all(Array.from({ length: PARALLEL }, () => createOrg(server, "ONE")));
    const created = statuses.filter((status) => status === 200).length;
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

async function importTitle(server: ServedHome, title: string): Promise<number> {
  const created = await untilAnswered(() =>
    server.send("/v1/imports", { method: "POST", json: { kind: "users", fileName: "people.csv" } }),
  );
  const { id } = (await created.json()) as { readonly id: string };
  const headers = { "content-type": "text/csv; charset=utf-8" };
  const planned = await untilAnswered(() =>
    server.send(`/v1/imports/${id}/content`, { method: "PUT", headers, body: buildCsv(title) }),
  );
  const text = await planned.text();
  if (!planned.ok) throw new Error(`the plan of ${title} got ${planned.status}: ${text}`);
  const { etag } = JSON.parse(text) as { readonly etag: string };
  const committed = await untilAnswered(() =>
    server.send(`/v1/imports/${id}/commit`, { method: "POST", json: { etag } }),
  );
  const body = await committed.text();
  if (committed.ok) return Number((JSON.parse(body) as { readonly change: number | null }).change);
  if (committed.status !== 409) throw new Error(`the commit of ${title} got ${committed.status}: ${body}`);
  // another import was committed in between
  return importTitle(server, title);
}

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
  "sessions.end",
  "ade.setEndpoint",
  "sessions.resetPassword",
  "accounts.revoke",
  "accounts.transfer",
  "accounts.edit",
];

const CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/** Runs schemathesis against a served tenant. @returns its report if it found a failure */
const runSchemathesis = (place: string, workplace: Workplace): Promise<readonly string[]> =>
  withServer(workplace, async (server) => {
    const seed = workplace.seed * 1000 + roundOf(place);
    const excluded = EXCLUDED_OPERATIONS.flatMap((id) => ["--exclude-operation-id", id]);
    const phases = "--phases coverage,fuzzing --max-examples 10 --suppress-health-check all";
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
