import fc from "fast-check";
import { test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { DirectoryHistory, KINDS, someDirectoryStep } from "#support/tenant/directory-history.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = openForAllTests();

const SEED = 20_261_121;
const HISTORIES = 25;
const MOST = 30;

test("random histories by hand and by files: state, rejections and audit log match a model", LONG_TIMEOUT, async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(someSteps(someDirectoryStep, MOST), async (steps) => {
      tenant.clear();
      tenant.clearAudit();
      const history = new DirectoryHistory(tenant);
      await history.expectRecords();
      const versions = new VersionsCheck(tenant);
      for (const step of steps) {
        seen.add(await history.do(step));
        versions.expectReplay();
      }
      history.expectSound();
      await versions.expectUndone();
    }),
    toHistoryParameters(SEED, HISTORIES),
  );
  const byHand = KINDS.flatMap((kind) => ["create", "edit", "move"].map((hand) => `${hand} ${kind}`));
  const files = ["append", "replace", "overtaken", "not overtaken", "mirrored", "undone", "not undone"];
  const deletions = ["named", "recursive", "dry deletion"];
  const others = ["dry", "unchanged", "confirmed", "several confirmed", "field", "no field", "marked", "unmarked"];
  const refused = ["not-found", "全社", "組織", "組織名", "氏名", "メールアドレス", "組織コード", "CLOMOアカウント名"];
  expectAllEvents(seen, [...byHand, ...files, ...deletions, ...others, ...refused]);
});
