import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { changesTenant, splitRoute } from "../lib/tenant/subjects/operation.ts";
import { createDispatch } from "../lib/tenant/api/dispatch.ts";
import { openTenant } from "../lib/tenant/api/index.ts";
import { NAMED_OPERATIONS } from "#support/tenant/route-requests.ts";
import { TEST_ORIGIN } from "#support/tenant/tenant.ts";
import { COMMANDS } from "#support/commands/verbs.ts";
import { freshFolder, run } from "#support/commands/program.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

const LINES = COMMANDS.flatMap(([, { examples }]) => examples.map(({ line }) => line));

const CHANGES = NAMED_OPERATIONS.filter(({ one }) => changesTenant(one)).map(({ name, one }) => {
  const { method, path } = splitRoute(one);
  return { id: name, method: method.toUpperCase(), path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`) };
});

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([word, double, single]) => double ?? single ?? word).slice(1);

/** What is only tried changes nothing. */
const isTried = async (request: Request): Promise<boolean> => {
  if (request.headers.get("content-type") !== "application/json") return false;
  const { dryRun } = JSON.parse(await request.clone().text()) as { dryRun?: boolean };
  return dryRun === true;
};

async function changesBy(lines: readonly string[], environment: Record<string, string>): Promise<readonly string[]> {
  const [home, folder] = [freshFolder(), freshFolder()];
  cpSync(FIXTURES, folder, { recursive: true });
  for (const added of ["kanto --embedded --use", "osaka --embedded"]) await run(`context add ${added}`, { home });
  const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));
  const surroundings = { now: () => Date.parse("2026-11-20T01:00:00Z"), random, origin: TEST_ORIGIN };
  const opened = openTenant({
    folder: freshFolder(),
    name: "kanto",
    acting: "owner",
    actor: "owner",
    surroundings,
  });
  const fetch = createDispatch(opened);
  const reached = new Set<string>();
  const tenant = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const change = CHANGES.find(({ method, path }) => method === request.method && path.test(pathname));
    if (change !== undefined && !(await isTried(request))) reached.add(change.id);
    return fetch(request);
  };
  for (const line of lines) await run(wordsOf(line), { home, folder, tenant, environment });
  await opened.close();
  return [...reached].toSorted();
}

test(
  "no example of a command changes an unnamed tenant, but examples that change one can name it",
  LONG_TIMEOUT,
  async () => {
    // what they do with contexts is tested with them
    const elsewhere = /^clomoctl context /;
    const lines = LINES.filter((line) => !elsewhere.test(line));
    expect(await changesBy(lines, {})).toEqual([]);
    const named = await changesBy(lines, { CLOMOCTL_CONTEXT: "kanto" });
    expect(named).toEqual(
      expect.arrayContaining([
        "imports.commit",
        "renewals.add",
        "renewals.renew",
        "renewals.edit",
        "users.addField",
        "users.removeField",
      ]),
    );
  },
);
