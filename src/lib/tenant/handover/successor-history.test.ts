import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { toPropertyParameters, expectAllEvents, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { ConsoleHistory, someConsoleStep } from "#support/tenant/console-history.ts";
import { restoreFrom, exportApplicableFiles } from "#support/tenant/restoring.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import type { ImportRequest } from "../../contract/index.ts";

const SEED = 20_261_127;
const HISTORIES = 20;
/** steps of the longest history */
const MOST = 12;

const mirror = new TestTenant();
const successor = new TestTenant();
afterAll(async () => {
  await mirror[Symbol.asyncDispose]();
  await successor[Symbol.asyncDispose]();
});

const openWork = async ({ client }: TestTenant) => {
  const tasks = await client.console.list({});
  const whole = await Promise.all(tasks.map(({ number }) => client.console.show(number)));
  const records = Map.groupBy(
    whole.flatMap((task) => task.records),
    ({ thing, id }) => `${thing}/${id}`,
  );
  const all = [...records].map(([record, parts]) => ({
    record,
    names: parts.map(({ name, key, console }) => ({ name, key, console }))[0],
    isNew: parts.some(({ work }) => work === "create"),
    isGone: parts.some(({ work }) => work === "delete"),
    // the successor has one task, whose number is its own
    changes: parts.flatMap(({ changes }) => changes).toSorted((a, b) => (a.field < b.field ? -1 : 1)),
    contradicted: parts.some(({ contradicted }) => contradicted),
  }));
  return all.toSorted((a, b) => (a.record < b.record ? -1 : 1));
};

/** Takes an export over. @returns what that did */
const takeOver = async (
  tenant: TestTenant,
  request: Partial<ImportRequest> & Pick<ImportRequest, "kind">,
  cells: readonly (readonly string[])[],
) => {
  const plan = await tenant.plan({ ...request, fromConsole: true }, cells);
  const { create, update, delete: deleted, rejected, merged } = plan;
  const did = { create, update, deleted, rejected, merged };
  if (rejected) await tenant.client.imports.discard(plan.id);
  else await tenant.client.imports.commit(plan);
  return did;
};

const withoutIds = (files: ReadonlyMap<string, string>): Readonly<Record<string, number>> =>
  Object.fromEntries([...files].map(([name, content]) => [name, content.split("\n").length - 1]));

test(
  "a successor's mirror has the same open tasks as the original, and takes over exports in the same way",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(someSteps(someConsoleStep, MOST), async (steps) => {
        const history = new ConsoleHistory(mirror);
        await history.start();
        for (const step of steps) await history.do(step);
        const files = await exportApplicableFiles(mirror.client);
        const { mirroredAt } = await mirror.client.tenant.show();
        successor.clear();
        await restoreFrom(successor.client, files, undefined, mirroredAt ?? undefined);
        expect(await exportApplicableFiles(successor.client)).toEqual(files);
        const open = await openWork(mirror);
        expect(await openWork(successor)).toEqual(open);
        for (const { isNew, isGone } of open) seen.add(isNew ? "created" : isGone ? "deleted" : "changed");
        for (const { kind, cells } of history.exports()) {
          if (cells.length === 1) continue;
          const did = await takeOver(mirror, { kind }, cells);
          expect(await takeOver(successor, { kind }, cells)).toEqual(did);
          for (const [what, count] of Object.entries(did.merged ?? {})) if (Number(count) > 0) seen.add(what);
        }
        expect(withoutIds(await exportApplicableFiles(successor.client))).toEqual(
          withoutIds(await exportApplicableFiles(mirror.client)),
        );
      }),
      toPropertyParameters(HISTORIES, SEED),
    );
    expectAllEvents(seen, ["created", "changed", "deleted", "open", "contradicted"]);
  },
);
