import { describe, expect, test } from "vitest";
import type { Ade, AdeProfile } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { inBoth, run, type Circumstances } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

// what commands are told stands at 2026-11-20T01:00:00Z
const { token: TOKEN, server: SERVER } = example<{
  token: NonNullable<Ade["token"]>;
  server: NonNullable<Ade["server"]>;
}>("ade");

const ADE: Ade = {
  ...example<Ade>("ade"),
  lastFullAt: "2026-11-20T00:00:00.000Z",
  lastSyncAt: "2026-11-20T00:00:00.000Z",
  token: { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z" },
  counts: { present: 10, missing: 0, released: 0, notReady: 0, unreadable: 0 },
};

const NOTHING: Ade = {
  ...ADE,
  endpoint: null,
  server: null,
  key: null,
  stagedKey: null,
  token: null,
  sync: null,
  lastFullAt: null,
  lastSyncAt: null,
  counts: { present: 0, missing: 0, released: 0, notReady: 0, unreadable: 0 },
};

const KEY = { fingerprint: "0".repeat(64), createdAt: "2026-11-20T00:00:00.000Z" };
const SYNC = example<NonNullable<Ade["sync"]>>("adeSync");

/** What a tenant answers: where it has devices, its profiles are looked at. */
const known = (ade: Ade, profiles: readonly AdeProfile[] = []) => ({
  ade,
  ...(ade.counts.present > 0 && { adeProfiles: { items: profiles } }),
});

describe("what stands at the other end is said, and what to type next", () => {
  test.each<[string, Ade, string]>([
    ["no endpoint", NOTHING, "to rehearse without Apple: clomoctl ade simulator start"],
    ["a mirror", { ...NOTHING, mirror: true }, "clomoctl ade guide purchased"],
    ["no key", { ...NOTHING, endpoint: ADE.endpoint }, "clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem"],
    [
      "no token of a simulator",
      { ...NOTHING, endpoint: ADE.endpoint, stagedKey: KEY },
      "once more: clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem\nget a token for the public key from the simulator, then clomoctl ade token set: clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --url http://127.0.0.1:8080",
    ],
    [
      "no token of Apple",
      { ...NOTHING, endpoint: { kind: "apple", url: "https://mdmenrollment.apple.com" }, stagedKey: KEY },
      "upload the public key to this tenant's own MDM server entry",
    ],
    [
      "never synced",
      { ...ADE, sync: null, lastSyncAt: null, lastFullAt: null },
      "fetch the devices: clomoctl ade sync",
    ],
    ["running", { ...ADE, sync: { ...SYNC, state: "running" } }, "a sync is running"],
    ["cut off", { ...ADE, sync: { ...SYNC, state: "cut-off" } }, "was not finished: go on with it: clomoctl ade sync"],
    [
      "expiring",
      { ...ADE, token: { ...TOKEN, expiresAt: "2026-11-25T01:00:00.000Z" } },
      "the server token expires in 5 days",
    ],
    ["a new key beside a token that is good", { ...ADE, stagedKey: KEY }, "all well; the next full sync is due"],
    [
      "expired",
      { ...ADE, token: { ...TOKEN, expiresAt: "2026-11-19T01:00:00.000Z" } },
      "the server token has expired: make a public key, and get a new one from the simulator: clomoctl ade keypair create",
    ],
    [
      "gone",
      { ...ADE, sync: { ...SYNC, state: "unconfirmed" }, counts: { ...ADE.counts, missing: 7 } },
      "clomoctl ade devices list --state missing",
    ],
    ["not ready", { ...ADE, counts: { ...ADE.counts, notReady: 2 } }, "clomoctl ade devices list --not-ready"],
    [
      "no profile",
      { ...ADE, counts: { ...ADE.counts, notReady: 2 } },
      "clomoctl ade profiles create NAME --url HTTPS-URL",
    ],
    ["old", { ...ADE, lastFullAt: "2026-11-18T00:00:00.000Z" }, "a full sync is due: clomoctl ade sync"],
    ["well", ADE, "all well; the next full sync is due"],
  ])("%s", async (_, ade, line) => {
    const tenant = known(ade);
    const { en, ja } = await inBoth("ade status", { tenant, terminal: { columns: 400 } });
    expect(en.exit).toBe(0);
    expect(en.stderr).toContain(line);
    expect(en.stderr).toContain(ade.endpoint === null ? "endpoint: not set" : `${ade.endpoint.url}; MDM server:`);
    expect(ja.stderr).toContain("接続先: ");
  });
});

test("why the last sync failed is said, with the way out", async () => {
  const error = new Failure("not-permitted", {
    what: text("terms are not signed", "利用規約に未同意"),
    hint: text("sign in", "サインイン"),
  }).toJSON();
  const tenant = known({ ...ADE, sync: { ...SYNC, state: "failed", error } });
  const { en, ja } = await inBoth("ade status", { tenant });
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("warning: the last sync failed: terms are not signed\nsign in\n");
  expect(ja.stderr).toContain("前回の同期は失敗しました: 利用規約に未同意");
});

test("a failure that a new token may have mended has no way out any more", async () => {
  const error = new Failure("not-permitted", {
    what: text("token ended", "無効なトークン"),
    hint: text("download it", "ダウンロード"),
  }).toJSON();
  const sync = { ...SYNC, state: "failed" as const, finishedAt: "2026-11-20T00:30:00.000Z", error };
  const token = { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z" };
  const told = async (setAt: string): Promise<string> =>
    (await run("ade status --lang en", { tenant: known({ ...ADE, sync, token: { ...token, setAt } }) })).stderr;
  expect(await told("2026-11-20T00:00:00.000Z")).toContain("token ended\ndownload it\n");
  expect(await told("2026-11-20T00:40:00.000Z")).toContain("token ended\nthe last sync was not finished");
});

test("a token of the simulator is proposed for the server that is known, together with its key's file", async () => {
  const server = { ...SERVER, name: "SIMULATOR 大阪 2" };
  const token = { ...TOKEN, expiresAt: "2026-11-25T01:00:00.000Z" };
  const { en } = await inBoth("ade status", { tenant: known({ ...ADE, server, token }), terminal: { columns: 400 } });
  expect(en.stderr).toContain("clomoctl ade keypair create -o CLOMO_ADE_PublicKey.pem\n");
  expect(en.stderr).toContain(
    "clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --server 'SIMULATOR 大阪 2' --url http://127.0.0.1:8080\n",
  );
});

test("after a stop at another MDM server's token the ways out are proposed, until a token is set", async () => {
  const error = new Failure("input-rejected", { what: text("another", "別"), where: "server_uuid" }).toJSON();
  const finishedAt = "2026-11-20T00:30:00.000Z";
  const sync = { ...SYNC, state: "failed" as const, finishedAt, error };
  const told = async (line: string, setAt: string): Promise<string> => {
    const ade = { ...ADE, sync, token: { ...TOKEN, expiresAt: "2027-11-20T00:00:00.000Z", setAt } };
    return (await run(`${line} --lang en`, { tenant: line === "ade status" ? known(ade) : { ade } })).stderr;
  };
  for (const line of ["ade status", "ade token show"]) {
    const before = await told(line, "2026-11-20T00:00:00.000Z");
    expect(before).toContain(": clomoctl ade token set FILE --other-server\n");
    expect(before).toContain(
      ": clomoctl ade simulator do token --public-key CLOMO_ADE_PublicKey.pem --server SIMULATOR --url",
    );
    expect(before).not.toContain("clomoctl ade sync");
    expect(await told(line, "2026-11-20T00:40:00.000Z")).toContain("go on with it: clomoctl ade sync\n");
  }
});

test("a mirror's status says how to rehearse, and a rehearsal there has no line for cron", async () => {
  const { en, ja } = await inBoth("ade status", { tenant: { ade: { ...NOTHING, mirror: true } } });
  for (const { stderr } of [en, ja]) {
    expect(stderr).toMatch(/: clomoctl ade simulator start\n.*: clomoctl ade endpoint set --simulator URL\n/);
  }
  const { stderr } = await run("ade status --lang en", { tenant: known({ ...ADE, mirror: true }) });
  expect(stderr).toContain("all well");
  expect(stderr).not.toContain("cron");
});

test("devices that are missing are told after a delta, too", async () => {
  const ade = { ...ADE, sync: SYNC, counts: { ...ADE.counts, missing: 7 } };
  const { stderr } = await run("ade status --lang en", { tenant: known(ade) });
  expect(stderr).toContain(
    "warning: 7 devices that Apple no longer has: clomoctl ade devices list --state missing\nconfirm that they are gone",
  );
});

test("programs get all of it", async () => {
  const { stdout } = await run("ade status --format json", { tenant: known(ADE) });
  expect(JSON.parse(stdout)).toMatchObject({
    endpoint: "http://127.0.0.1:8080",
    endpointKind: "simulator",
    present: 10,
    lastState: "done",
  });
});

const byCron = async (circumstances: Circumstances = {}): Promise<string> =>
  (await run("ade status --lang en", { tenant: known(ADE), ...circumstances })).stderr;

test("the line for cron has absolute paths, and what cron's environment lacks", async () => {
  expect(await byCron({ home: "/tmp/tenants of 100%" })).toContain(
    String.raw`to sync each morning by cron (crontab -e): 0 6 * * * CLOMOCTL_HOME='/tmp/tenants of 100\%' PATH=/opt/node/bin:/usr/bin:/bin /opt/clomoctl/bin/clomoctl.js ade sync --every 1d --no-input --quiet >/dev/null`,
  );
});

test("on a terminal it is never broken", async () => {
  const lines = (await byCron({ terminal: { columns: 80 } })).split("\n");
  expect(lines).toContainEqual(
    expect.stringMatching(/^ {2}0 6 \* \* \* .+ ade sync --every 1d --no-input --quiet >\/dev\/null$/),
  );
});

test("there is none for Windows, nor while something is to be done", async () => {
  expect(await byCron({ platform: "win32" })).not.toContain("cron");
  const late = { ...ADE, lastFullAt: "2026-11-18T00:00:00.000Z" };
  expect(await byCron({ tenant: known(late) })).not.toContain("cron");
});

test("a profile that no new device gets by itself is proposed to be", async () => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const told = async (automatic: AdeProfile["automatic"]): Promise<string> =>
    (await run("ade status --lang en", { tenant: known(ADE, [{ ...profile, state: "active", automatic }]) })).stderr;
  expect(await told([])).toMatch(/all well.*\nlet new devices get .*: clomoctl ade profiles auto-apply \S+\n/);
  expect(await told(["全社"])).not.toContain("auto-apply");
});

test("devices whose profile Apple did not take for now are told, with when a sync tries again", async () => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const told = async (notReady: number, retryAt = "2026-11-20T03:52:00.000Z") => {
    const waiting = { devices: 2, notReady: 2, retryAt };
    const ade = { ...ADE, counts: { ...ADE.counts, notReady }, waiting };
    return inBoth("ade status", { tenant: known(ade, [profile]) });
  };
  const { en, ja } = await told(2);
  expect(en.stderr).toMatch(/2 devices waiting for .* to try again after .*:52.*: clomoctl ade sync\n/);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toMatch(/2 台あります。.*:52.* 以降に再試行: clomoctl ade sync\n/);
  expect((await told(3)).en.stderr).toContain("profiles assign 本社 --unassigned");
  expect((await told(2, "2026-11-20T00:00:00.000Z")).en.stderr).toContain("to try again: clomoctl ade sync\n");
});

test.each<[AdeProfile["state"], string, string]>([
  ["other-server", "was made at another MDM server: make it anew", "別の MDM サーバで作成した"],
  ["disabled", "Apple has disabled the ADE profile: make it anew", "Apple 側で無効化"],
])("a profile that is %s is made anew, and why is said", async (state, english, japanese) => {
  const [profile] = example<{ items: readonly [AdeProfile] }>("adeProfiles").items;
  const ade = { ...ADE, counts: { ...ADE.counts, notReady: 2 } };
  const { en, ja } = await inBoth("ade status", { tenant: known(ade, [{ ...profile, state }]) });
  expect(en.stderr).toContain(`${english}: clomoctl ade profiles create --from 本社\n`);
  expect(en.stderr).not.toContain("profiles assign");
  expect(ja.stderr).toContain(japanese);
});
