import fc from "fast-check";
import { test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { ActorsHistory, someActorStep } from "#support/tenant/actors-history.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = openForAllTests();

const SEED = 4;
const MOST = 20;

test("random histories by random actors: state, rejections and audit log match a model", LONG_TIMEOUT, async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(someSteps(someActorStep, MOST), async (steps) => {
      await tenant.leave();
      tenant.clear();
      tenant.clearAudit();
      const history = await ActorsHistory.in(tenant);
      const versions = new VersionsCheck(tenant);
      for (const step of steps) {
        seen.add(await history.do(step));
        versions.expectReplay();
      }
      history.expectSound();
      for (const outcome of history.outcomes) seen.add(outcome);
      await tenant.leave();
      await versions.expectUndone();
    }),
    toHistoryParameters(SEED),
  );
  const did = ["owner", "system", "custom", "division inside", "custom inside"].map((actor) => `${actor} did`);
  const refused = [
    "nobody not-found",
    "none inside not-permitted",
    "operator inside not-permitted",
    ...["division inside", "custom inside"].flatMap((actor) =>
      ["not-permitted", "not-found", "input-rejected"].map((code) => `${actor} ${code}`),
    ),
    ...["owner", "system"].map((actor) => `${actor} input-rejected`),
  ];
  const others = [
    ...["create", "edit", "delete"].map((verb) => `${verb} scheme`),
    ...["create", "edit", "revoke"].map((verb) => `${verb} account`),
    "settings",
    "unfit",
    "undone",
    "overtaken",
    "named",
    "システム管理者がいなくなります",
    "システム管理者だけ",
    "サポートオプション",
  ];
  const usual = [...did, ...refused, "edit account", "settings"];
  expectAllEvents(seen, [...usual, ...others]);
});
