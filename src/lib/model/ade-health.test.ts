import { describe, expect, test } from "vitest";
import { Failure, type ErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { ADE_CONDITIONS, assessAdeHealth, type AdeHealthFacts } from "./ade-health.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const ago = (hours: number): string => new Date(NOW.getTime() - hours * 3_600_000).toISOString();

type Sync = NonNullable<AdeHealthFacts["sync"]>;

const SYNC: Sync = { state: "done", startedAt: ago(1), finishedAt: ago(1), intervalMs: null, error: null };
const TOKEN: NonNullable<AdeHealthFacts["token"]> = {
  setAt: ago(1000),
  expiresAt: ago(-1),
  rejectedAt: null,
  renewal: null,
};
const COUNTS: AdeHealthFacts["counts"] = { present: 10, missing: 0, notReady: 0, unreadable: 0 };

const facts = (change: Partial<AdeHealthFacts> = {}): AdeHealthFacts => ({
  mirror: false,
  endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" },
  server: { name: "Own MDM" },
  token: TOKEN,
  sync: SYNC,
  lastSyncAt: ago(1),
  counts: COUNTS,
  ...change,
});

const failed = (code: ErrorCode, change: Partial<Sync> = {}): Sync => ({
  ...SYNC,
  state: "failed",
  error: new Failure(code, { what: text("refused", "拒否"), hint: text("accept", "同意") }).toJSON(),
  ...change,
});

const counts = (change: Partial<AdeHealthFacts["counts"]>) => ({ counts: { ...COUNTS, ...change } });
const rejected = { token: { ...TOKEN, rejectedAt: ago(2) } };

const EVERYTHING = facts({ ...rejected, lastSyncAt: ago(80), ...counts({ missing: 1, notReady: 2, unreadable: 3 }) });

describe("the health of ADE", () => {
  test.each<[string, Partial<AdeHealthFacts>, readonly string[]]>([
    ["nothing is wrong", {}, []],
    ["Apple rejected the token", rejected, ["token-rejected critical"]],
    ["the token has expired", { token: { ...TOKEN, expiresAt: ago(0) } }, ["token-expired critical"]],
    [
      "it has expired, and Apple rejected it",
      { token: { ...rejected.token, expiresAt: ago(1) } },
      ["token-rejected critical"],
    ],
    ["terms", { sync: failed("not-permitted") }, ["sync-failed critical"]],
    ["another server", { sync: failed("input-rejected") }, ["sync-failed critical"]],
    ["not reached", { sync: failed("unavailable") }, ["sync-failed warning"]],
    [
      "a token set since may have mended it",
      { sync: failed("not-permitted"), token: { ...TOKEN, setAt: ago(0.5) } },
      ["sync-failed warning"],
    ],
    [
      "a clock is not mended by a token that was set since",
      {
        sync: failed("not-permitted", {
          error: new Failure("not-permitted", { what: text("slow", "遅れ"), where: "clock" }).toJSON(),
        }),
        token: { ...TOKEN, setAt: ago(0.5) },
      },
      ["sync-failed critical"],
    ],
    ["the token is the reason", { ...rejected, sync: failed("not-permitted") }, ["token-rejected critical"]],
    ["48 hours", { lastSyncAt: ago(48) }, []],
    ["more than 48 hours", { lastSyncAt: ago(48.1) }, ["sync-overdue warning"]],
    ["never synced", { lastSyncAt: null, sync: null }, ["sync-overdue warning"]],
    ["never synced, the token is new", { lastSyncAt: null, sync: null, token: { ...TOKEN, setAt: ago(47) } }, []],
    ["twice an hour", { sync: { ...SYNC, intervalMs: 3_600_000 }, lastSyncAt: ago(2) }, []],
    [
      "more than twice an hour",
      { sync: { ...SYNC, intervalMs: 3_600_000 }, lastSyncAt: ago(2.1) },
      ["sync-overdue warning"],
    ],
    ["within twice a week", { sync: { ...SYNC, intervalMs: 7 * 24 * 3_600_000 }, lastSyncAt: ago(13 * 24) }, []],
    ["a sync is running", { sync: { ...SYNC, state: "running" }, lastSyncAt: ago(100) }, []],
    ["the clock went back", { lastSyncAt: ago(-100) }, []],
    ["missing", counts({ missing: 2 }), ["missing-devices warning"]],
    ["not ready", counts({ notReady: 2 }), ["devices-not-ready warning"]],
    ["unreadable", counts({ unreadable: 1 }), ["unreadable-records warning"]],
    [
      "not reached for long, and not ready",
      { sync: failed("unavailable"), lastSyncAt: ago(80), ...counts({ notReady: 1 }) },
      ["sync-failed warning", "sync-overdue warning", "devices-not-ready warning"],
    ],
    ["no token", { token: null, lastSyncAt: ago(100), ...counts({ notReady: 2 }) }, []],
    ["a mirror", { ...EVERYTHING, mirror: true }, []],
  ])("%s", (_, change, expected) => {
    expect(assessAdeHealth(facts(change), NOW).map(({ id, level }) => `${id} ${level}`)).toEqual(expected);
  });

  test("shows counts, ages and a fix with a command, in both languages", () => {
    const expired = facts({ token: { ...TOKEN, expiresAt: ago(1) } });
    const all = [EVERYTHING, facts({ sync: failed("not-permitted") }), expired].flatMap((one) =>
      assessAdeHealth(one, NOW),
    );
    expect(all.map(({ what }) => what.en)).toEqual([
      expect.stringContaining("Apple rejected the server token"),
      "no sync has completed for 3 days; a sync is expected every 24 hours",
      "3 device records in Apple's response could not be read",
      "1 device missing at Apple",
      "2 devices without an ADE profile: do not switch them on yet",
      "the last sync failed: refused",
      "the server token has expired",
    ]);
    expect(all.map(({ line }) => line.toJSON())).toEqual([
      "clomoctl ade token set FILE",
      "clomoctl ade sync",
      "clomoctl ade sync",
      "clomoctl ade devices list --state missing",
      "clomoctl ade devices list --not-ready",
      "clomoctl ade status",
      "clomoctl ade token set FILE",
    ]);
    for (const { what, how } of all) {
      expect(what.ja).toMatch(/\p{Script=Hiragana}/u);
      expect(how?.why.ja ?? "").not.toBe(how?.why.en);
    }
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(Object.keys(ADE_CONDITIONS)));
  });

  test("suggests no fix for a failure that a newer token may have fixed", () => {
    const hintAfter = (setAt: string) =>
      assessAdeHealth(facts({ sync: failed("not-permitted"), token: { ...TOKEN, setAt } }), NOW)[0]?.how?.why.en;
    expect([hintAfter(ago(2)), hintAfter(ago(0.5))]).toEqual(["accept", undefined]);
  });

  test("suggests the simulator's commands for a token that a simulator rejects", () => {
    const [condition] = assessAdeHealth(
      facts({ ...rejected, endpoint: { kind: "simulator", url: "http://127.0.0.1:8600" } }),
      NOW,
    );
    expect(condition?.how?.why.en).toContain("clomoctl ade simulator do token");
    expect(condition?.how?.why.en).not.toContain("Business Manager");
  });
});
