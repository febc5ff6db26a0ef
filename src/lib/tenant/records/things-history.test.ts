import fc from "fast-check";
import { afterAll, test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { someThingsStep, THING_KINDS, ThingsHistory } from "#support/tenant/things-history.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const SEED = 20_261_125;
/** steps of the longest history */
const MOST = 30;

test(
  "random histories of devices, SECURED APPs and settings: state, rejections and audit match a model",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(someSteps(someThingsStep, MOST), async (steps) => {
        tenant.clear();
        tenant.clearAudit();
        const history = await ThingsHistory.in(tenant);
        const versions = new VersionsCheck(tenant);
        for (const step of steps) {
          seen.add(await history.do(step));
          versions.expectReplay();
        }
        history.expectSound();
        await versions.expectUndone();
      }),
      toHistoryParameters(SEED),
    );
    const hands = ["create", "edit", "set-owner", "tag"].map((hand) => `${hand} devices`);
    const ofApp = ["create calendar", "edit calendar", "create groups", "edit groups", "delete groups"];
    const files = THING_KINDS.flatMap((kind) =>
      ["append", "replace", "named", "filtered", "undone"].map((did) => `${did} ${kind}`),
    );
    const others = ["tenant", "tenant as it was", "moved", "marked", "unmarked", "mirrored", "not undone", "unchanged"];
    const rest = ["dry", "dry deletion", "confirmed", "several confirmed"];
    const refused = ["not-found", "シリアルナンバー", "どちらか 1 つ", "初期化", "表示名", "パスワード", "グループ名"];
    expectAllEvents(seen, [...hands, ...ofApp, ...files, ...others, ...rest, ...refused]);
  },
);
